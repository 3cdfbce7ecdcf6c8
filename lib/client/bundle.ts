/**
 * The client as one ES module, for browsers: written by `deno task client`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const CLIENT_BUNDLE =
  "var t=\"sockeye.v1\",e={1e3:\"stop\",1012:\"hurry\",40:\"stop\",42:\"hurry\",4401:\"refresh\",4403:\"refresh\"};fu" +
  "nction s(t){return e[t]??e[t/100|0]??\"wait\"}function i(t,{minWaitMs:e,maxWaitMs:s,random:i}){return " +
  "i()*Math.min(s,e*2**t)}var r=class extends Error{name=\"SockeyeError\";constructor(t,e){super(e),this." +
  "code=t}};function n(){return new r(\"unsupported\",`no ${t}`)}function o(){return new r(\"closed\",\"it h" +
  "as ended\")}var h={now:()=>performance.now(),setTimer(t,e){let s=setTimeout(t,e);return()=>clearTimeo" +
  "ut(s)}};function a(t,e,s,i=new Event(e)){t.dispatchEvent(Object.assign(i,s))}function c(t){return ne" +
  "w MessageEvent(\"message\",{data:t})}function l(t){let{buffer:e,byteOffset:s,byteLength:i}=t;return vo" +
  "id 0===i?t instanceof Blob?t:`${t}`:new Uint8Array(e??t,s,i)}function u(t){return new Blob([t]).size" +
  "}var f={code:1006,reason:\"\",wasClean:!1},d={minWaitMs:500,maxWaitMs:3e4,connectTimeoutMs:1e4,fallbac" +
  "kAfterMs:5e3,pingIntervalMs:25e3,pongTimeoutMs:1e4,maxBufferedBytes:262144,pausesWhileHidden:!0,paus" +
  "esWhileOffline:!0},p=class{#t;#e;#s=new Set;c=0;#i;#r=!1;constructor(t,e){this.#t=t,this.#e=e}M(t){t" +
  "his.#i=t,this.#r=!0}b(){this.#r=!1;for(let t of this.#s)if(this.#n(t))this.#o(t);else if(!t.g)return" +
  "}s(){this.#i=void 0}i(){for(let{v:t}of this.#s)t?.(o())}send(t){this.#h({t,h:0})}e(t,e,{timeoutMs:s=" +
  "1e4,signal:i}={},n){return new Promise((o,h)=>{let a=()=>{d(),i?.removeEventListener(\"abort\",l),this" +
  ".#o(f)},c=t=>{a(),h(t)},l=()=>c(i?.reason),u=t=>{if(!t)return c(new r(\"lost\",\"the connection broke\")" +
  ");let[e,,s,i]=t.o;if(\"err\"===e)return c(new r(s,i));a(),o(t)},f={t,h:0,e:()=>e(this.#t.S(u)),v:c,g:n" +
  "},d=this.#e.clock.setTimer(()=>c(new DOMException(\"no answer\",\"TimeoutError\")),s);i?.addEventListene" +
  "r(\"abort\",l);try{i?.throwIfAborted(),this.#h(f)}catch(t){c(t)}})}#h(t){if((!this.#r||!this.#n(t))&&(" +
  "this.#s.add(t),this.#r||this.b(),this.#s.has(t)&&(t.t instanceof Uint8Array&&(t.t=t.t.slice()),this." +
  "c+=t.h=u(t.t),!(this.c<=this.#e.maxBufferedBytes))))throw this.#o(t),new DOMException(\"maxBufferedBy" +
  "tes\",\"QuotaExceededError\")}#n({t,e,v:s,g:i}){let r=this.#i;return!(!r?.C()||e&&this.#t.w()||!1===i?." +
  "()||(e&&r.u()?s?.(n()):r.send(t,e?.()),0))}#o(t){this.#s.delete(t)&&(this.c-=t.h)}},w=[\"visibilitych" +
  "ange\",\"resume\",\"online\",\"offline\",\"pageshow\",\"pagehide\"],b=class extends EventTarget{#t;constructor(" +
  "t){super(),this.#t=t}get topic(){return this.#t.name}get position(){return this.#t.n}get isSubscribe" +
  "d(){return this.#t.r}members(t){return this.#t.members(t)}unsubscribe(){this.#t.L(this)}},m=class{#t" +
  ";#e;#s=new Set;#i;r=!1;#r=!1;#h=!1;#n=!1;#o=-1;#a=0;#c;constructor(t,{since:e,last:s},i){this.name=t" +
  ",this.n=e,this.#e=s,this.#t=i}async members(t){let{o:e}=await this.#t.e(\"\",t=>[\"members\",t,this.name" +
  "],t,()=>this.r||this.#n);return e[2].map(([t,e])=>({key:t,state:e}))}P(t,{presence:e}){this.#s.add(t" +
  "),e&&!this.#r&&(this.#r=!0,this.#l()),this.r&&queueMicrotask(()=>this.r&&this.#u(!1,!1,this.n,[t]))," +
  "this.e()}L(t){!this.#s.delete(t)||this.#s.size||(this.#l(),this.#f(!0))}e(){let{A:t}=this.#t,e=this." +
  "#t.k();if(!e||this.r||this.#o>=0||this.#c||t.w())return;if(e.u())return this.d(n());let s=this.n,i=t" +
  "his.#h||!!s,r=this.#o=t.S(t=>{this.#o===r&&(this.#o=-1,t&&this.#d(t,i))});e.f([\"sub\",r,this.name,{si" +
  "nce:s,last:this.#e,presence:this.#r}])}s(){this.r=!1,this.#o=-1,this.#c?.(),this.#c=void 0}d(t){this" +
  ".#f(!1),this.#p(\"closed\"===t.code?\"unsubscribed\":\"error\",{error:t}),this.#s.clear()}m(t,e,s){if(!thi" +
  "s.r)return;let[i,,r]=t;if(\"pub\"===i||\"pos\"===i){if(void 0!==r){if(this.n&&r<=this.n.offset)return;th" +
  "is.n={epoch:this.#i,offset:r}}\"pub\"===i&&this.#p(\"\",{offset:r},void 0,()=>c(e()))}else\"reset\"===i?(t" +
  "his.n=t[2],this.#i=this.n.epoch,this.#u(!0,!1,this.n)):\"presence\"===i?this.#p(i,s):\"unsubbed\"===i&&t" +
  "his.d(o())}#d({o:t},e){if(\"err\"===t[0]){let[,,e,s]=t;if(\"unavailable\"!==e)return this.d(new r(e,s));" +
  "let{R:n}=this.#t;this.#c=n.clock.setTimer(()=>{this.#c=void 0,this.e()},i(this.#a++,n))}else if(\"sub" +
  "bed\"===t[0]){let{recovered:s,position:i}=t[3];this.r=this.#h=!0,this.#a=0,this.#i=i?.epoch,s||(this." +
  "n=this.#e&&i?.offset?void 0:i),this.#u(e,s,i)}}#u(t,e,s,i){this.#p(\"subscribed\",{wasRecovering:t,rec" +
  "overed:e,position:s},i)}#p(t,e,s=this.#s,i){for(let r of[...s])this.#s.has(r)&&a(r,t,e,i?.())}#l(){(" +
  "this.r||this.#o>=0)&&this.#t.k()?.f([\"unsub\",this.name]),this.s()}#f(t){this.s(),this.#n=!0,this.#t." +
  "l(this.name,t)}},g=[\"websocket\",\"long-poll\",\"poll\"];function y(t,e=globalThis.location?.href){let s=" +
  "new URL(t,e);if(!/^wss?:/.test(s.protocol=s.protocol.replace(\"http\",\"ws\")))throw new TypeError(`no W" +
  "ebSocket URL: ${t}`);return s.hash=\"\",s.href}var v=class extends EventTarget{static CONNECTING=0;sta" +
  "tic OPEN=1;static CLOSING=2;static CLOSED=3;CONNECTING=0;OPEN=1;CLOSING=2;CLOSED=3;binaryType=\"blob\"" +
  ";#t;#e;#s;#i;#r;#h=function(){let t=new Map,e=0;return{w:()=>t.size>=1024,S(s){for(;t.has(e);)e=e+1>" +
  ">>0;return t.set(e,s),e},U(e,s){let i=t.get(e);t.delete(e),i?.(s)},_(){let e=[...t.values()];t.clear" +
  "();for(let t of e)t(void 0)}}}();#n;#o;#a;#c=\"\";#d=0;#u;#p=0;#l=!1;#f=NaN;#w=!1;#b;#m=!1;#g;construc" +
  "tor(t,e={}){super();let r=void 0!==e.length?{protocols:[e].flat()}:e,n=this.#s={clock:h,random:Math." +
  "random,WebSocket:globalThis.WebSocket,...d,...r},{transports:a=(n.isPlain?[\"websocket\"]:g)}=n,c=a.fi" +
  "lter(t=>\"websocket\"!==t||n.WebSocket);if(!c[0])throw new TypeError(\"no WebSocket\");this.#t=t,\"functi" +
  "on\"!=typeof t&&(this.#c=y(t)),this.#e=n.page??function(t,e=globalThis){let{document:s,navigator:i}=e" +
  ",r=!1;return{isAway:()=>r||t.pausesWhileHidden&&!!s?.hidden||t.pausesWhileOffline&&!1===i?.onLine,wa" +
  "tch(t){let s=({type:e})=>{let s=\"pagehide\"===e;r=s||r&&\"pageshow\"!==e,t(s?\"leave\":\"change\")};for(let" +
  " t of w)e.addEventListener?.(t,s,!0);return()=>{for(let t of w)e.removeEventListener?.(t,s,!0)}}}}(n" +
  "),this.#i=function(t){let e=0,r=0,n=new Set;return{E(o,h){h>e&&(r=0,n.clear());let a=s(o),c=n.has(a)" +
  ";if(n.add(a),!(\"stop\"===a||\"refresh\"===a&&c))return e=i(\"wait\"===a||c?r:0,t),r++,e},x:()=>e=100*t.ra" +
  "ndom()}}(n),this.#r=function(t,{clock:e,connectTimeoutMs:s,fallbackAfterMs:i}){let r=0,n=0,o=0,h=()=" +
  ">n<=0&&r+1<t.length;return{N:()=>(e.now()-o>=3e5&&(r=0),[t[r],Math.min(s,r||!h()?1/0:i)]),H(){n=r?0:" +
  "2},B(){let t=h();return n--,o=e.now(),r=t?r+1:0,t}}}(c,n),this.#n=new p(this.#h,n),this.#o=function(" +
  "t){let e=new Map,s=new Set,i={...t,l(t,i){e.delete(t),i&&s.add(t),s.size>100&&s.clear()}};return{add" +
  "(t,s){let r=e.get(t)??new m(t,s,i);e.set(t,r);let n=new b(r),{onMessage:o}=s;return o&&n.addEventLis" +
  "tener(\"message\",o),r.P(n,s),n},e:()=>e.forEach(t=>t.e()),s(){s.clear(),e.forEach(t=>t.s())},i:()=>e." +
  "forEach(t=>t.d(o())),m(t,i,r){let n=\"presence\"===t[0]?t[2]:t[1],o=e.get(n);return o?.m(t,i,r),!!o||s" +
  ".has(n)}}}({A:this.#h,R:n,k:()=>1===this.#d?this.#u:void 0,e:(...t)=>this.#y(...t)});for(let t of[\"o" +
  "pen\",\"message\",\"error\",\"close\"])this[`on${t}`]=null,this.addEventListener(t,e=>this[`on${t}`]?.(e));" +
  "this.#a=this.#e.watch(t=>this.#v(t)),this.#k()}get url(){return this.#c}get readyState(){return this" +
  ".#d}get bufferedAmount(){return this.#n.c+(this.#u?.a.bufferedAmount??0)}get protocol(){return this." +
  "#u?.a.protocol??\"\"}get extensions(){return this.#u?.a.extensions??\"\"}get transport(){return isNaN(th" +
  "is.#f)?void 0:this.#b}send(t){this.#d<=1&&this.#n.send(l(t))}auth(t){1===this.#d&&this.#u.f([\"auth\"," +
  "t])}sendJson(t){this.send(JSON.stringify(t))}async request(t,e){let{o:s,t:i}=await this.#y(l(t),t=>[" +
  "\"req\",t],e);return\"rep\"===s[0]?i:void 0}async requestJson(t,e){let s=await this.request(JSON.stringi" +
  "fy(t),e);return s&&JSON.parse(s)}subscribe(t,e={}){if(this.#d>1)throw o();if(1===this.#d&&this.#u.u(" +
  "))throw n();return this.#o.add(t,e)}reconnect(){this.#w&&this.#k()}close(t,e=\"\"){if(t&&1e3!==t&&(t<3" +
  "e3||t>4999)||u(e)>123)throw new DOMException(`${t} ${e}`,\"InvalidAccessError\");this.#d>1||(this.#d=2" +
  ",this.#p++,this.#u?t?this.#u.a.close(t,e):this.#u.a.close():queueMicrotask(()=>this.#E({code:t||1005" +
  ",reason:e,wasClean:!1})))}async#k(){let e=++this.#p,s=this.#s,{token:i,tokenIn:r,protocols:n=[],isPl" +
  "ain:o,fallback:h=k}=s;this.#g?.(),this.#w=!1,this.#b=void 0;try{let l=\"function\"==typeof this.#t?y(a" +
  "wait this.#t()):this.#c,u=\"function\"==typeof i?await i({isRefused:this.#m}):i;if(e!==this.#p)return;" +
  "this.#c=l;let d=void 0!==u&&\"subprotocol\"===r,p=[...n];d&&p.unshift(\"sockeye.token.\"+(c=u,btoa(Strin" +
  "g.fromCharCode(...(new TextEncoder).encode(c))).replaceAll(\"+\",\"-\").replaceAll(\"/\",\"_\").replaceAll(\"" +
  "=\",\"\"))),o||p.unshift(t);let[w,b]=this.#r.N();this.#b=w,this.#g=s.clock.setTimer(()=>{if(this.#u)ret" +
  "urn this.#u.y(\"no answer\");this.#p++,this.#S(f)},b);let m=\"websocket\"===w?s.WebSocket:await h(w);if(" +
  "e!==this.#p)return;this.#u=function(e,s,i,r){let n,o=!1,h=!1,a=()=>e.protocol!==t,c=t=>a()||e.send(J" +
  "SON.stringify(t)),l=()=>o&&1===e.readyState,u=({code:t,reason:e,wasClean:s})=>{h=!0,n?.i(),r.l({code" +
  ":t||1006,reason:e,wasClean:s})},d=t=>{h||u({...f,reason:t}),e.close()},p=t=>{o=!0,a()||(n=function({" +
  "clock:t,pingIntervalMs:e,pongTimeoutMs:s},i,r){let n=t.now(),o=!1,h=()=>{},a=(e,s)=>{h(),h=t.setTime" +
  "r(s,e)},c=()=>{if(!e)return;let i=n+e-t.now();i>0?a(i,c):l(s)},l=(e,s=!1)=>{let n=t.now()+e+1e3;o=!1" +
  ",a(e,()=>{o?c():!s&&t.now()>n?l(e,!0):r()}),i()};return c(),{O(){n=t.now(),o=!0},p:t=>l(t),i:()=>h()" +
  "}}(s,()=>c([\"ping\"]),()=>d(\"no answer\"))),r.T(t)},w=(t,s)=>e.addEventListener(t,t=>h||s(t));return e" +
  ".binaryType=\"arraybuffer\",w(\"open\",()=>{a()?p(\"\"):void 0!==i&&c([\"auth\",i])}),w(\"message\",({data:t})" +
  "=>{if(a())return r.message({o:[],t});let e;n?.O();try{e=function(t){let e=\"string\"==typeof t?t.index" +
  "Of(\"\\n\"):new Uint8Array(t).indexOf(10),s=t.slice(0,e>>>0),i=\"string\"==typeof s?s:(new TextDecoder).d" +
  "ecode(s);return{o:[...JSON.parse(i||\"[]\")],t:t.slice(e+1)}}(t)}catch{return d(\"no header\")}let[s,i]=" +
  "e.o;o?r.message(e):\"hello\"===s&&p(i)}),w(\"error\",r.error),w(\"close\",u),{a:e,u:a,C:l,send:(t,s)=>e.se" +
  "nd(a()?t:function(t,e){let s=(JSON.stringify(e)??\"\")+\"\\n\";if(\"string\"==typeof t)return s+t;if(t inst" +
  "anceof Blob)return new Blob([s,t]);let i=(new TextEncoder).encode(s),r=new Uint8Array(i.length+t.len" +
  "gth);return r.set(i),r.set(t,i.length),r}(t,s)),f:c,p:t=>l()&&n?.p(t),y:d}}(new m(l,p),s,d?void 0:u," +
  "{T:t=>this.#T(t),message:t=>this.#M(t),error:({error:t})=>a(this,\"error\",{error:t}),l:t=>this.#S(t)}" +
  ")}catch(t){e===this.#p&&a(this,\"error\",{error:t}),e===this.#p&&this.#S(f)}var c}#T(t){if(0!==this.#d" +
  ")return;this.#d=1;let e=this.#l;this.#l=!0,this.#g?.(),this.#f=this.#s.clock.now(),this.#r.H(),this." +
  "#m=!1,this.#n.M(this.#u),a(this,\"open\",{isReconnect:e,peer:t}),this.#N()}#N(){1===this.#d&&(this.#o." +
  "e(),this.#n.b())}#M(t){let{o:e,t:s}=t,[i,r,n,o,h]=e;if(\"number\"==typeof r)return this.#h.U(r,t),this" +
  ".#N();let l=()=>\"string\"==typeof s||\"blob\"!==this.binaryType?s:new Blob([s]),u={change:r,topic:n,key" +
  ":o,state:h};(!i||!this.#o.m(e,l,u))&&(\"presence\"===i?a(this,i,u):(!i||\"pub\"===i)&&a(this,\"\",{topic:r" +
  "},c(l())))}#S(t){this.#u=void 0,this.#n.s(),this.#o.s(),this.#h._();let e=this.#s.clock.now()-this.#" +
  "f,i=this.#b&&isNaN(e)&&!t.wasClean&&!this.#e.isAway(),r=2===this.#d?void 0:i&&this.#r.B()?0:this.#i." +
  "E(t.code,e);if(this.#f=NaN,void 0===r)return this.#E(t);this.#m=\"refresh\"===s(t.code),this.#d=0,this" +
  ".#O(r),a(this,\"away\",{...t,waitMs:this.#e.isAway()?void 0:r})}#O(t){this.#w=!0,this.#g?.(),this.#e.i" +
  "sAway()||(this.#g=this.#s.clock.setTimer(()=>this.#k(),t))}#v(t){\"leave\"===t?this.#u?.y(\"page left\")" +
  ":this.#w?this.#O(this.#i.x()):this.#e.isAway()||this.#u?.p(3e3)}#E(t){this.#d=3,this.#w=!1,this.#g?." +
  "(),this.#a(),this.#n.i(),this.#o.i(),a(this,\"close\",t)}async#y(...t){if(this.#d>1)throw o();return a" +
  "wait this.#n.e(...t)}};async function k(t){return(await(import(\"./poll.js\"))).pollSocket({transport:" +
  "t})}function E(t,e){return new v(t,e)}export{d as CLIENT_DEFAULTS,r as SockeyeError,v as SockeyeSock" +
  "et,E as connect};";

/** Names the text: the beginning of its SHA-256, in hex. */
export const CLIENT_BUNDLE_HASH = "1b1f5b311a5d6da0";
