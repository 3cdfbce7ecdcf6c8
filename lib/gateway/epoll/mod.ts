/**
 * The transport over Linux's epoll, driven through the C library.
 *
 * @module
 */
export { EpollListener, type EpollSocket } from "./epoll_listener.ts";
export { EpollUnavailableError, openLibc } from "./libc.ts";
export { Poller } from "./poller.ts";
