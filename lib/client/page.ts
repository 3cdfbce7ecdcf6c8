/**
 * The page that the client is in: whether anybody sees it, and whether it is online.
 *
 * @module
 */

/** What a page tells its client: it is left for another, and may be come back to; or anything else has changed. */
export type PageSign = "leave" | "change";

/** A page, or what stands for one. */
export interface Page {
  /** True while it is no use to connect. */
  isAway(): boolean;
  /** Tells what happens, until what it returns is called. */
  watch(listener: (sign: PageSign) => void): () => void;
}

/** When a page counts as away. */
export interface PageTerms {
  /** While nobody sees it. Default: true. */
  readonly pausesWhileHidden: boolean;
  /** While the browser says that there is no network. Default: true. */
  readonly pausesWhileOffline: boolean;
}

/** The parts of a browser that are used; each may be missing. */
interface Browser {
  readonly document?: { readonly hidden: boolean };
  readonly navigator?: { readonly onLine?: boolean };
  readonly addEventListener?: EventTarget["addEventListener"];
  readonly removeEventListener?: EventTarget["removeEventListener"];
}

/** `resume`: it was frozen, and time has passed without it. */
const EVENTS = ["visibilitychange", "resume", "online", "offline", "pageshow", "pagehide"];

/**
 * The page this code runs in. In Deno, in Node and where else there is none, it is never away.
 *
 * @param browser for tests.
 */
export function pageHere(terms: PageTerms, browser: Browser = globalThis as Browser): Page {
  const { document, navigator } = browser;
  // Left for another: nothing of it is to stay open, or the browser does not keep it to come back to.
  let isLeft = false;
  return {
    isAway: () =>
      isLeft || (terms.pausesWhileHidden && !!document?.hidden) ||
      (terms.pausesWhileOffline && navigator?.onLine === false),
    watch(listener) {
      const tell = ({ type }: Event) => {
        const isLeaving = type === "pagehide";
        isLeft = isLeaving || (isLeft && type !== "pageshow");
        listener(isLeaving ? "leave" : "change");
      };
      // Some happen to the document, and do not bubble.
      for (const event of EVENTS) browser.addEventListener?.(event, tell, true);
      return () => {
        for (const event of EVENTS) browser.removeEventListener?.(event, tell, true);
      };
    },
  };
}
