/**
 * Publish and subscribe on one node.
 *
 * @module
 */
export { Hub, type Subscriber } from "./hub.ts";
export { checkTopic, MAX_TOPIC_LENGTH } from "./topic.ts";
