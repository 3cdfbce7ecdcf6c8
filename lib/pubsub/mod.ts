/**
 * Publish and subscribe on one node.
 *
 * @module
 */
export type { Backplane, BackplaneEvents, Envelope, HistoryRule, Replay, StoredEnvelope } from "./backplane.ts";
export { EmbeddedBroker } from "./embedded_broker.ts";
export type { HistoryStore } from "./history_store.ts";
export { Hub, HUB_DEFAULTS, type HubCounts, type HubLimits, type HubParts, TopicLimitError } from "./hub.ts";
export { NodeChannel, type NodeClock } from "./node_channel.ts";
export { Presence, PresenceLimitError } from "./presence.ts";
export { type Delivery, PresencePublication, Publication } from "./publication.ts";
export { RingHistory, type RingHistoryOptions } from "./ring_history.ts";
export type { Subscriber, TopicNotices } from "./subscriber.ts";
export { checkTopic, MAX_TOPIC_LENGTH } from "./topic.ts";
export { TopicRuleError, TopicRules, type TopicSource } from "./topic_rules.ts";
