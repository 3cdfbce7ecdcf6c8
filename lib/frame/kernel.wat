;; The work of lib/frame that pays in SIMD: unmasking, copying, and the walk over a chunk's plain frames.
;;
;; Source of kernel_binary.ts, which `deno task kernel` writes. Addresses are those of the arena (arena.ts).
(module
  (import "arena" "memory" (memory 1))

  ;; RFC 6455 section 5.3: payload byte i is XORed with key byte i mod 4. The lowest byte of $key belongs to $at.
  ;; Returns 0x80 when a resulting byte is above 0x7F, otherwise 0.
  (func $mask (export "mask") (param $at i32) (param $end i32) (param $key i32) (result i32)
    (local $keys v128) (local $seen v128) (local $a v128) (local $b v128) (local $edge i32) (local $word i32)
    (local $seenWord i32)
    (local.set $keys (i32x4.splat (local.get $key)))
    (if (i32.ge_u (i32.sub (local.get $end) (local.get $at)) (i32.const 32))
      (then
        (local.set $edge (i32.sub (local.get $end) (i32.const 32)))
        (loop $pairs
          (local.set $a (v128.xor (v128.load align=1 (local.get $at)) (local.get $keys)))
          (local.set $b (v128.xor (v128.load offset=16 align=1 (local.get $at)) (local.get $keys)))
          (v128.store align=1 (local.get $at) (local.get $a))
          (v128.store offset=16 align=1 (local.get $at) (local.get $b))
          (local.set $seen (v128.or (local.get $seen) (v128.or (local.get $a) (local.get $b))))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $pairs (i32.le_u (local.get $at) (local.get $edge))))))
    (if (i32.ge_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16))
      (then
        (local.set $a (v128.xor (v128.load align=1 (local.get $at)) (local.get $keys)))
        (v128.store align=1 (local.get $at) (local.get $a))
        (local.set $seen (v128.or (local.get $seen) (local.get $a)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))))
    (block $short
      (loop $words
        (br_if $short (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 4)))
        (local.set $word (i32.xor (i32.load align=1 (local.get $at)) (local.get $key)))
        (i32.store align=1 (local.get $at) (local.get $word))
        (local.set $seenWord (i32.or (local.get $seenWord) (local.get $word)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $words)))
    (block $done
      (loop $bytes
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $word (i32.and (i32.xor (i32.load8_u (local.get $at)) (local.get $key)) (i32.const 0xff)))
        (i32.store8 (local.get $at) (local.get $word))
        (local.set $seenWord (i32.or (local.get $seenWord) (local.get $word)))
        (local.set $key (i32.shr_u (local.get $key) (i32.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $bytes)))
    (i32.shl
      (i32.or
        (i32.ne (i8x16.bitmask (local.get $seen)) (i32.const 0))
        (i32.ne (i32.and (local.get $seenWord) (i32.const 0x80808080)) (i32.const 0)))
      (i32.const 7)))

  ;; Copies $length bytes. The two places do not overlap.
  (func $copy (param $to i32) (param $from i32) (param $length i32)
    (local $last i32)
    ;; The engine's own copy costs a call, and wins from here on.
    (if (i32.gt_u (local.get $length) (i32.const 256))
      (then (memory.copy (local.get $to) (local.get $from) (local.get $length)) (return)))
    (if (i32.ge_u (local.get $length) (i32.const 16))
      (then
        ;; Whole blocks, and one that ends where the bytes do and may overlap the block before it.
        (local.set $last (i32.sub (i32.add (local.get $from) (local.get $length)) (i32.const 16)))
        (local.set $to (i32.sub (local.get $to) (local.get $from)))
        (block $done
          (loop $blocks
            (br_if $done (i32.ge_u (local.get $from) (local.get $last)))
            (v128.store align=1 (i32.add (local.get $to) (local.get $from)) (v128.load align=1 (local.get $from)))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br $blocks)))
        (v128.store align=1 (i32.add (local.get $to) (local.get $last)) (v128.load align=1 (local.get $last)))
        (return)))
    (if (i32.ge_u (local.get $length) (i32.const 4))
      (then
        (i32.store align=1 (local.get $to) (i32.load align=1 (local.get $from)))
        (if (i32.ge_u (local.get $length) (i32.const 8))
          (then (i32.store offset=4 align=1 (local.get $to) (i32.load offset=4 align=1 (local.get $from)))))
        (if (i32.ge_u (local.get $length) (i32.const 12))
          (then (i32.store offset=8 align=1 (local.get $to) (i32.load offset=8 align=1 (local.get $from)))))
        (local.set $last (i32.sub (local.get $length) (i32.const 4)))
        (i32.store align=1
          (i32.add (local.get $to) (local.get $last))
          (i32.load align=1 (i32.add (local.get $from) (local.get $last))))
        (return)))
    (block $done
      (loop $bytes
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (i32.store8
          (i32.add (local.get $to) (local.get $length))
          (i32.load8_u (i32.add (local.get $from) (local.get $length))))
        (br $bytes))))

  ;; Writes an unmasked frame of at most 65535 bytes: $first is FIN, RSV and opcode. Returns its length.
  (func (export "frame") (param $to i32) (param $first i32) (param $from i32) (param $length i32) (result i32)
    (local $last i32) (local $shift i32)
    (if (i32.lt_u (i32.sub (local.get $length) (i32.const 16)) (i32.const 110))
      (then
        ;; The common lengths, 16 to 125, without a call: blocks, and one that ends where the bytes do.
        (i32.store16 align=1 (local.get $to) (i32.or (local.get $first) (i32.shl (local.get $length) (i32.const 8))))
        (local.set $last (i32.sub (i32.add (local.get $from) (local.get $length)) (i32.const 16)))
        (local.set $shift (i32.sub (i32.add (local.get $to) (i32.const 2)) (local.get $from)))
        (block $copied
          (loop $blocks
            (br_if $copied (i32.ge_u (local.get $from) (local.get $last)))
            (v128.store align=1 (i32.add (local.get $shift) (local.get $from)) (v128.load align=1 (local.get $from)))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br $blocks)))
        (v128.store align=1 (i32.add (local.get $shift) (local.get $last)) (v128.load align=1 (local.get $last)))
        (return (i32.add (local.get $length) (i32.const 2)))))
    (if (i32.lt_u (local.get $length) (i32.const 126))
      (then
        (i32.store16 align=1 (local.get $to) (i32.or (local.get $first) (i32.shl (local.get $length) (i32.const 8))))
        (call $copy (i32.add (local.get $to) (i32.const 2)) (local.get $from) (local.get $length))
        (return (i32.add (local.get $length) (i32.const 2)))))
    (i32.store16 align=1 (local.get $to) (i32.or (local.get $first) (i32.const 0x7e00)))
    (i32.store8 offset=2 (local.get $to) (i32.shr_u (local.get $length) (i32.const 8)))
    (i32.store8 offset=3 (local.get $to) (local.get $length))
    (call $copy (i32.add (local.get $to) (i32.const 4)) (local.get $from) (local.get $length))
    (i32.add (local.get $length) (i32.const 4)))

  ;; Walks the plain frames that lie whole in [at, end): FIN, text or binary, masked, a length of 7 or 16 bits in its
  ;; shortest form and at most $maxLength; of the RSV bits only those in $rsv may be set. Unmasks each payload, and
  ;; writes two words for it into the table: where it begins, and
  ;;   length << 3 | compressed << 2 | ASCII << 1 | text (message_form.ts).
  ;; Stops before the first frame that is anything else, or after $limit frames. Returns how many there were.
  (func (export "walk") (param $at i32) (param $end i32) (param $maxLength i32) (param $rsv i32) (param $table i32)
    (param $limit i32) (result i32)
    (local $head i32) (local $length i32) (local $keyAt i32) (local $payload i32) (local $count i32)
    (local $key i32) (local $last i32) (local $keys v128) (local $seen v128) (local $block v128) (local $lastBlock v128)
    (local $notAscii i32)
    (block $stop
      (loop $frames
        (br_if $stop (i32.ge_u (local.get $count) (local.get $limit)))
        (br_if $stop (i32.lt_s (i32.sub (local.get $end) (local.get $at)) (i32.const 6)))
        (local.set $head (i32.load16_u align=1 (local.get $at)))
        ;; 0x81 or 0x82, and MASK.
        (br_if $stop (i32.gt_u
          (i32.sub
            (i32.and (i32.and (local.get $head) (i32.const 0xff)) (i32.xor (local.get $rsv) (i32.const -1)))
            (i32.const 0x81))
          (i32.const 1)))
        (br_if $stop (i32.eqz (i32.and (local.get $head) (i32.const 0x8000))))
        (local.set $length (i32.and (i32.shr_u (local.get $head) (i32.const 8)) (i32.const 0x7f)))
        (local.set $keyAt (i32.add (local.get $at) (i32.const 2)))
        (if (i32.ge_u (local.get $length) (i32.const 126))
          (then
            (br_if $stop (i32.ne (local.get $length) (i32.const 126)))
            (br_if $stop (i32.lt_s (i32.sub (local.get $end) (local.get $at)) (i32.const 8)))
            (local.set $length (i32.or
              (i32.shl (i32.load8_u offset=2 (local.get $at)) (i32.const 8))
              (i32.load8_u offset=3 (local.get $at))))
            (br_if $stop (i32.lt_u (local.get $length) (i32.const 126)))
            (local.set $keyAt (i32.add (local.get $at) (i32.const 4)))))
        (br_if $stop (i32.gt_u (local.get $length) (local.get $maxLength)))
        (local.set $payload (i32.add (local.get $keyAt) (i32.const 4)))
        (br_if $stop (i32.gt_s (local.get $length) (i32.sub (local.get $end) (local.get $payload))))
        (local.set $at (i32.add (local.get $payload) (local.get $length)))
        (local.set $key (i32.load align=1 (local.get $keyAt)))
        (if (i32.lt_u (i32.sub (local.get $length) (i32.const 16)) (i32.const 240))
          (then
            ;; The common lengths, 16 to 255, without a call. The last block may overlap the one before it: it is read
            ;; first, and its key begins where its first byte is.
            (local.set $last (i32.sub (local.get $at) (i32.const 16)))
            (local.set $lastBlock (v128.xor
              (v128.load align=1 (local.get $last))
              (i32x4.splat (i32.rotr (local.get $key) (i32.shl (local.get $length) (i32.const 3))))))
            (local.set $seen (local.get $lastBlock))
            (local.set $keys (i32x4.splat (local.get $key)))
            (block $unmasked
              (loop $blocks
                (br_if $unmasked (i32.ge_u (local.get $payload) (local.get $last)))
                (local.set $block (v128.xor (v128.load align=1 (local.get $payload)) (local.get $keys)))
                (v128.store align=1 (local.get $payload) (local.get $block))
                (local.set $seen (v128.or (local.get $seen) (local.get $block)))
                (local.set $payload (i32.add (local.get $payload) (i32.const 16)))
                (br $blocks)))
            (v128.store align=1 (local.get $last) (local.get $lastBlock))
            (local.set $payload (i32.sub (local.get $at) (local.get $length)))
            (local.set $notAscii (i8x16.bitmask (local.get $seen))))
          (else
            (local.set $notAscii (call $mask (local.get $payload) (local.get $at) (local.get $key)))))
        (i32.store (local.get $table) (local.get $payload))
        (i32.store offset=4 (local.get $table) (i32.or
          (i32.or
            (i32.shl (local.get $length) (i32.const 3))
            (i32.shr_u (i32.and (local.get $head) (i32.const 0x40)) (i32.const 4)))
          (i32.or
            (i32.shl (i32.eqz (local.get $notAscii)) (i32.const 1))
            (i32.and (local.get $head) (i32.const 1)))))
        (local.set $table (i32.add (local.get $table) (i32.const 8)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br $frames)))
    (local.get $count)))
