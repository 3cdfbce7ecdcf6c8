/**
 * Hard cases of UTF-8: every boundary of Table 3-7 of The Unicode Standard, and every kind of malformed text.
 *
 * @module
 */

/** A row of Table 3-7: the ranges of the bytes of a well-formed character, ends included. */
export type ByteRanges = ReadonlyArray<readonly [low: number, high: number]>;

/** The Unicode Standard, Table 3-7, "Well-Formed UTF-8 Byte Sequences". */
export const TABLE_3_7: readonly ByteRanges[] = [
  [[0x00, 0x7f]],
  [[0xc2, 0xdf], [0x80, 0xbf]],
  [[0xe0, 0xe0], [0xa0, 0xbf], [0x80, 0xbf]],
  [[0xe1, 0xec], [0x80, 0xbf], [0x80, 0xbf]],
  [[0xed, 0xed], [0x80, 0x9f], [0x80, 0xbf]],
  [[0xee, 0xef], [0x80, 0xbf], [0x80, 0xbf]],
  [[0xf0, 0xf0], [0x90, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
  [[0xf1, 0xf3], [0x80, 0xbf], [0x80, 0xbf], [0x80, 0xbf]],
  [[0xf4, 0xf4], [0x80, 0x8f], [0x80, 0xbf], [0x80, 0xbf]],
];

/** Text that is UTF-8, in hexadecimal. */
export const WELL_FORMED: Readonly<Record<string, string>> = {
  "nothing": "",
  "U+0000": "00",
  "ASCII": "48656c6c6f2d7f",
  "U+0080, the first of two bytes": "c280",
  "U+07FF, the last of two bytes": "dfbf",
  "U+0800, the first of three bytes": "e0a080",
  "U+D7FF, the last before the surrogates": "ed9fbf",
  "U+E000, the first after the surrogates": "ee8080",
  "U+FEFF, a byte order mark": "efbbbf",
  "U+FFFD, the replacement character": "efbfbd",
  "U+FFFE and U+FFFF, noncharacters": "efbfbeefbfbf",
  "U+10000, the first of four bytes": "f0908080",
  "U+10FFFF, the last of all": "f48fbfbf",
  "κόσμε": "cebae1bdb9cf83cebcceb5",
  "one of each length": "61c3a9e282acf09d849e",
};

/** Text that is not, in hexadecimal, and how many of its bytes are right: the next one, if there is one, is wrong. */
export const MALFORMED: Readonly<Record<string, readonly [hex: string, rightBytes: number]>> = {
  "a continuation byte alone, 0x80": ["80", 0],
  "a continuation byte alone, 0xBF": ["6162bf", 2],
  "two continuation bytes after a character": ["c3a9a9", 2],
  "two bytes, the second missing": ["c361", 1],
  "three bytes, the third missing": ["e28261", 2],
  "four bytes, the fourth missing": ["f09d8461", 3],
  "two bytes cut by the end": ["c3", 1],
  "three bytes cut by the end": ["e282", 2],
  "four bytes cut by the end": ["f09d84", 3],
  "overlong U+0000 in two bytes": ["c080", 0],
  "overlong / in two bytes": ["c0af", 0],
  "overlong U+007F in two bytes": ["c1bf", 0],
  "overlong / in three bytes": ["e080af", 1],
  "overlong U+07FF in three bytes": ["e09fbf", 1],
  "overlong / in four bytes": ["f08080af", 1],
  "overlong U+FFFF in four bytes": ["f08fbfbf", 1],
  "the first high surrogate, U+D800": ["eda080", 1],
  "the last high surrogate, U+DBFF": ["edafbf", 1],
  "the first low surrogate, U+DC00": ["edb080", 1],
  "the last surrogate, U+DFFF": ["edbfbf", 1],
  "a pair of surrogates (CESU-8)": ["eda081edb080", 1],
  "U+110000, the first beyond the last": ["f4908080", 1],
  "U+13FFFF": ["f4bfbfbf", 1],
  "U+140000, lead byte 0xF5": ["f5808080", 0],
  "five bytes, lead byte 0xF8": ["f888808080", 0],
  "six bytes, lead byte 0xFC": ["fc8480808080", 0],
  "0xFE": ["fe", 0],
  "0xFF": ["ff", 0],
  "UTF-16 with its byte order mark": ["fffe6100", 0],
  "Autobahn 6.4.1: a good text that goes on too far": ["cebae1bdb9cf83cebcceb5f4908080656469746564", 12],
};
