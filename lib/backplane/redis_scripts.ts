/**
 * What Redis does in one step: two scripts, of which each sees a topic as nobody else changes it.
 *
 * Offsets of a topic are 1, 2, 3 …, and the log loses its oldest first: so what was dropped is what is below the first
 * entry, or up to the last offset when there is none.
 *
 * @module
 */

/**
 * Begins a topic that is not there with a new epoch, and drops what is too old. Leaves `epoch`, `offset` and `now`.
 *
 * `KEYS`: log, place. `ARGV`: limit, ttl in ms, an epoch in case a new one is needed, ms to keep the place for.
 */
const PLACE = `
local limit, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = redis.call('HGET', KEYS[2], 'epoch')
if not epoch then
  epoch = ARGV[3]
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[2], 'epoch', epoch, 'offset', '0')
end
local offset = tonumber(redis.call('HGET', KEYS[2], 'offset'))
local function id(number) return string.format('%.0f-0', number) end
local function number(entry) return tonumber(string.sub(entry[1], 1, -3)) end
repeat
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 32)
  local old = 0
  for _, entry in ipairs(oldest) do
    if tonumber(entry[2][2]) >= now - ttl then break end
    old = number(entry)
  end
  if old > 0 then redis.call('XTRIM', KEYS[1], 'MINID', id(old + 1)) end
until #oldest < 32 or old < number(oldest[32])
redis.call('XTRIM', KEYS[1], 'MAXLEN', limit)
redis.call('PEXPIRE', KEYS[2], ARGV[4])
`;

/**
 * Stores publications in order, each once, and tells who listens. Answers with their offsets.
 *
 * `KEYS` goes on with one key for each publication's id; `ARGV` with the live channel, ms to keep the ids for, and the
 * publications.
 */
export const APPEND_SCRIPT = `${PLACE}
local offsets = {}
for i = 3, #KEYS do
  local known = redis.call('GET', KEYS[i])
  local at = known and string.match(known, '^' .. epoch .. ':(%d+)$')
  if not at then
    offset = offset + 1
    at = string.format('%.0f', offset)
    redis.call('XADD', KEYS[1], 'MAXLEN', limit, id(offset), 't', string.format('%.0f', now), 'e', ARGV[i + 4])
    redis.call('SET', KEYS[i], epoch .. ':' .. at, 'PX', ARGV[6])
    redis.call('PUBLISH', ARGV[5], epoch .. ':' .. at .. ':' .. ARGV[i + 4])
  end
  offsets[#offsets + 1] = at
end
redis.call('HSET', KEYS[2], 'offset', string.format('%.0f', offset))
redis.call('PEXPIRE', KEYS[1], ttl)
return offsets
`;

/**
 * Reads a history. Answers with epoch, offset, `1` when it goes on from the position asked for, and offset and envelope
 * of each publication in turn.
 *
 * `ARGV` goes on with the epoch and the offset asked for (empty and -1 for none), and how many of the last ones else.
 */
export const READ_SCRIPT = `${PLACE}
local since, last = tonumber(ARGV[6]), tonumber(ARGV[7])
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
local floor = first and number(first) - 1 or offset
local reply = { epoch, string.format('%.0f', offset), '0' }
local entries = {}
if ARGV[5] == epoch and since >= floor and since <= offset then
  reply[3] = '1'
  entries = redis.call('XRANGE', KEYS[1], id(since + 1), '+')
elseif last > 0 then
  local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', last)
  for i = #newest, 1, -1 do entries[#entries + 1] = newest[i] end
end
for _, entry in ipairs(entries) do
  reply[#reply + 1] = string.sub(entry[1], 1, -3)
  reply[#reply + 1] = entry[2][4]
end
return reply
`;
