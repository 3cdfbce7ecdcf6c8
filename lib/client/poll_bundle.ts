/**
 * The sockets that poll as one ES module, for browsers: written by `deno task client`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const POLL_BUNDLE =
  "var t={now:()=>performance.now(),setTimer(t,e){let s=setTimeout(t,e);return()=>clearTimeout(s)}};fun" +
  "ction e(t,e,s,i=new Event(e)){t.dispatchEvent(Object.assign(i,s))}function s({status:t,statusText:e," +
  "headers:s}){let i=`HTTP/1.1 ${t} ${e}\\r\\n\\r\\n`.length;for(let[t,e]of s)i+=t.length+e.length+4;return" +
  " i}function i(t){return t?`${t.status} ${(new TextDecoder).decode(t.body).slice(0,200)}`.trim():\"no " +
  "answer\"}var n=class extends Error{code;constructor(t,e){super(e),this.code=t}};function r(t,e){let{l" +
  "ength:s}=e,i=s<126?0:s<65536?2:8,n=2+i+4,r=new Uint8Array(n+s),h=new DataView(r.buffer);r[0]=a|t,r[1" +
  "]=l|(0===i?s:2===i?126:127),2===i&&h.setUint16(2,s),8===i&&h.setBigUint64(2,BigInt(s));let o=crypto." +
  "getRandomValues(r.subarray(n-4,n));for(let t=0;t<s;t++)r[n+t]=e[t]^o[3&t];return r}var h=class{#t;#e" +
  "=[];#s=0;#i=-1;#n=[];#r=0;#h=!1;#a=[];#o=!1;constructor(t){this.#t=t}take(t){for(let e=0;!this.#o;){" +
  "for(;this.#i<0;){if(e===t.length)return;this.#e.push(t[e++]),this.#l()}let s=Math.min(t.length,e+thi" +
  "s.#i);if(s>e&&(this.#c()?this.#n:this.#a).push(t.subarray(e,s)),this.#i-=s-e,e=s,this.#i>0)return;th" +
  "is.#u()}}#c(){return this.#s>=8}#l(){let[t=0,e]=this.#e;if(void 0===e)return;if(e&l)throw new n(1002" +
  ",\"a masked frame\");let s=e<126?0:126===e?2:8;if(this.#e.length<2+s)return;let i=this.#e.slice(2).red" +
  "uce((t,e)=>256*t+e,0);if(s&&(i<(0===s?0:2===s?126:65536)||i>Number.MAX_SAFE_INTEGER))throw new n(100" +
  "2,`a length of ${i} in ${s} bytes`);this.#d(t,s?i:e),this.#e.length=0}#d(t,e){let s=0!==(t&a);if(t&o" +
  ")throw new n(1002,\"reserved bits\");if(this.#s=15&t,this.#i=e,this.#c()){if(this.#s>10)throw new n(10" +
  "02,`opcode ${this.#s}`);if(!s||e>125)throw new n(1002,\"a control frame that is long, or in fragments" +
  "\")}else{if(this.#s>2)throw new n(1002,`opcode ${this.#s}`);if(0===this.#s!=(0!==this.#r))throw new n" +
  "(1002,\"fragments out of order\");this.#r||=this.#s,this.#h=s}}#u(){if(this.#i=-1,!this.#c())return vo" +
  "id(this.#h&&this.#f());let t=c(this.#n);this.#n=[],9===this.#s&&this.#t.ping(t),8===this.#s&&this.#w" +
  "(t)}#f(){let t=c(this.#a),e=1===this.#r;this.#a=[],this.#r=0,this.#t.message(e?u(t):t)}#w(t){if(this" +
  ".#o=!0,0===t.length)return this.#t.close(1005,\"\");let e=1===t.length?0:new DataView(t.buffer).getUin" +
  "t16(0);if(!((s=e)>=1e3&&s<1015&&(s<1004||s>1006)||s>=3e3&&s<5e3))throw new n(1002,`close code ${e}`)" +
  ";var s;this.#t.close(e,u(t.subarray(2)))}},a=128,o=112,l=128;function c(t){let e=new Uint8Array(t.re" +
  "duce((t,{length:e})=>t+e,0)),s=0;for(let i of t)e.set(i,s),s+=i.length;return e}function u(t){try{re" +
  "turn new TextDecoder(\"utf-8\",{fatal:!0,ignoreBOM:!0}).decode(t)}catch{throw new n(1007,\"a text that " +
  "is not UTF-8\")}}var d=class{#t=[];#e=0;#s=0;get start(){return this.#e}get end(){return this.#s}push" +
  "(t){this.#t.push(t),this.#s+=t.length}piece(t){let e=new Uint8Array(Math.min(t,this.#s-this.#e)),s=0" +
  ";for(let t of this.#t){if(s===e.length)break;let i=t.subarray(0,e.length-s);e.set(i,s),s+=i.length}r" +
  "eturn e}acknowledge(t){if(!(t>=this.#e&&t<=this.#s))return!1;let e=t-this.#e,s=0;for(;e>0&&this.#t[s" +
  "].length<=e;)e-=this.#t[s++].length;return this.#t.splice(0,s),e>0&&(this.#t[0]=this.#t[0].subarray(" +
  "e)),this.#e=t,!0}};function f(t){let e,s=!1;return{wait:i=>new Promise(n=>{if(s||i<=0)return s=!1,n(" +
  ");let r=i<1/0?t.setTimer(()=>e?.(),i):()=>{};e=()=>{e=void 0,r(),n()}}),wake(){e?e():s=!0}}}var w=3e" +
  "3,g={minWaitMs:200,maxWaitMs:3e3},y=class{#t;#e;#s;#i=new d;#n;#r;#h=0;#a=1/0;#o=!0;#c=!1;#l=!1;#d=!" +
  "1;#u=!1;constructor(t,e,s){this.#t=t,this.#e=e,this.#s=s;let i=()=>({pause:f(e.clock),failures:0,sin" +
  "ceMs:0,call:void 0});this.#n=i(),this.#r=i()}get e(){return this.#i.end-this.#i.start}get isEnding()" +
  "{return this.#a<1/0}get isTaken(){return this.#i.start>=this.#a}start(){this.#g()}push(t){this.#i.pu" +
  "sh(t),queueMicrotask(()=>this.#y())}finish(t,e){this.#i.push(t),this.#a=this.#i.end,this.#o=!e,this." +
  "#d=void 0!==this.#n.call,this.#r.call?.abort(),this.#r.pause.wake(),this.e<=6e4&&(this.#l=!0,this.#n" +
  ".call?.abort(),this.#n.pause.wake()),this.#y()}abandon(t){this.t(),!this.isEnding&&(this.#i.push(t)," +
  "this.#w(w,!0))}r(t){let e=this.isEnding&&!this.#d&&!t;e&&(this.#n.call=void 0),this.t(),!e&&this.#e." +
  "call(\"leave\",{method:\"DELETE\",headers:this.#f(),timeoutMs:w,keepalive:!0})}t(){this.#u=!0;for(let{ca" +
  "ll:t,pause:e}of[this.#n,this.#r])t?.abort(),e.wake()}#f(){return{\"Sockeye-Session\":this.#t.session,\"" +
  "Sockeye-Acknowledge\":String(this.#h)}}#w(t,e){let s=this.#i.piece(this.#t.maxBodyBytes),i={...this.#" +
  "f(),\"Sockeye-Sequence\":String(this.#i.start)};return this.#e.call(\"send\",{headers:i,body:s,timeoutMs" +
  ":t,keepalive:e&&s.length<=6e4})}async#y(){let{clock:t,isLong:e}=this.#e,s=this.#n;if(!this.#c&&!this" +
  ".#u&&this.e){for(this.#c=!0,s.failures=0;!this.#u&&this.e;){this.#l=!1,s.failures||(s.sinceMs=t.now(" +
  "));let i=this.#o?this.#t.sessionTimeoutMs/2:w;s.call=this.#w(i,this.isEnding&&!s.failures);let n=awa" +
  "it s.call.n;if(s.call=void 0,this.#u)return;if(this.#p(n))s.failures=0,(!e||this.isTaken)&&this.#r.p" +
  "ause.wake();else if(!this.#l){if(!this.#o)break;await this.#m(s,n)}}this.#c=!1,!this.#o&&!this.#u&&t" +
  "his.#s.finished()}}#p(t){if(!t||!this.#b(t,[204,409]))return!1;let e=p(t,\"sockeye-acknowledge\"),s=th" +
  "is.#i.start;return void 0!==e&&(this.#i.acknowledge(e)?e>s:((409===t.status||e>s)&&this.#v(`the serv" +
  "er says it has ${e} bytes, and was sent ${s} to ${this.#i.end}`),!1))}async#g(){let{clock:t,isLong:e" +
  ",intervalMs:s}=this.#e,{pollWaitMs:i,sessionTimeoutMs:n}=this.#t,r=((e?i:0)+n)/2,h=this.#r,a=0;for(;" +
  "!this.#u&&this.#o;){if(this.isEnding&&!this.isTaken){await h.pause.wait(1/0);continue}let i=t.now();" +
  "h.failures||(h.sinceMs=i),h.call=this.#e.call(\"receive\",{headers:this.#f(),timeoutMs:r});let n=await" +
  " h.call.n;if(h.call=void 0,this.#u)return;let o=this.#k(n),l=t.now()-i;if(void 0===o){(!this.isEndin" +
  "g||this.isTaken)&&await this.#m(h,n);continue}h.failures=0;let c=e&&0===o&&l<1e3;a=c?a+1:0,c?await h" +
  ".pause.wait(this.#E(a)):!e&&o<524288&&await h.pause.wait(s-l)}}#k(t){if(!t||!this.#b(t,[200,204]))re" +
  "turn;if(204===t.status)return 0;let e=p(t,\"sockeye-sequence\");if(void 0===e||e>this.#h)return;let s=" +
  "t.body.subarray(this.#h-e);return this.#h+=s.length,s.length&&this.#s.received(s),s.length}#b({statu" +
  "s:t,...e},s){return 410===t?this.#s.gone():!s.includes(t)&&!((n=t)>=500||408===n||425===n||429===n)&" +
  "&this.#v(i({status:t,...e})),s.includes(t);var n}async#m(t,e){if(!this.#u){if(this.#e.clock.now()-t." +
  "sinceMs>=this.#t.sessionTimeoutMs)return this.#v(i(e));await t.pause.wait(this.#E(t.failures++))}}#E" +
  "(t){return function(t,{minWaitMs:e,maxWaitMs:s,random:i}){return i()*Math.min(s,e*2**t)}(t,{...g,ran" +
  "dom:this.#e.random})}#v(t){this.#u||(this.t(),this.#s.failed(t))}};function p({headers:t},e){let s=t" +
  ".get(e)??\"\";return/^\\d{1,15}$/.test(s)?Number(s):void 0}function m(t){return class extends b{constru" +
  "ctor(e,s=[]){super(e,s,t)}}}var b=class extends EventTarget{binaryType=\"blob\";readyState=0;protocol=" +
  "\"\";extensions=\"\";#t;#e;#s;#i=0;#n;#r=1005;#h;#a=()=>{};#o=()=>{this.#s?.r(!1),this.#p(\"the page was " +
  "left\")};constructor(e,i,n){super();let{fetch:a=globalThis.fetch,clock:o=t,random:l=Math.random,onExc" +
  "hange:c}=n,{protocol:u,host:d,pathname:f,search:w}=new URL(e),g=`${u.replace(\"ws\",\"http\")}//${d}/_so" +
  "ckeye/poll`;this.#t=o,this.#e=new h({message:t=>this.#f(t),ping:t=>this.#s.isEnding||this.#s.push(r(" +
  "10,t)),close:(t,e)=>this.#w(t,e)});let y={clock:o,random:l,isLong:\"long-poll\"===n.transport,interval" +
  "Ms:n.intervalMs??1e3,call:(t,e)=>function(t,e,i,n){let{clock:r,onExchange:h}=n,a=r.now(),o=new Abort" +
  "Controller,l=()=>{};return{n:new Promise(c=>{let u=!1,d=(t,n=new Uint8Array)=>{u||(u=!0,f(),h?.(func" +
  "tion(t,e,i,n,r){return{kind:t,status:n?.status??0,requestHeadBytes:Number(n?.headers.get(\"sockeye-re" +
  "quest-bytes\")??0),requestBodyBytes:i?.length??0,responseHeadBytes:n?s(n):0,responseBodyBytes:r.lengt" +
  "h,durationMs:e}}(e,r.now()-a,i.body,t,n)),c(t&&{status:t.status,headers:t.headers,body:n}))};l=()=>{" +
  "d(),o.abort()};let f=r.setTimer(l,i.timeoutMs);(async function(t,{method:e,headers:s,body:i,keepaliv" +
  "e:n=!1},{fetch:r,onExchange:h},a){let o=await r(t,{...i?{method:\"POST\",body:i}:{method:e??\"GET\"},hea" +
  "ders:h?{...s,\"Sockeye-Measure\":\"1\"}:s,cache:\"no-store\",credentials:\"include\",redirect:\"error\",keepal" +
  "ive:n,signal:a});return[o,new Uint8Array(await o.arrayBuffer())]})(t,i,n,o.signal).then(([t,e])=>d(t" +
  ",e),()=>d())}),abort:l}}(g,t,e,{fetch:(t,e)=>a(t,e),clock:o,onExchange:c})},p={\"Sockeye-Route\":f+w,\"" +
  "Sockeye-Transport\":n.transport};i.length&&(p[\"Sockeye-Protocol\"]=i.join(\", \")),this.#c(y,p)}get buff" +
  "eredAmount(){return this.#i+(this.#s?.e??0)}send(t){if(0===this.readyState)throw new DOMException(\"i" +
  "t is not open\",\"InvalidStateError\");if(1!==this.readyState)this.#i+=new Blob([t]).size;else if(t ins" +
  "tanceof Blob)this.#d(t.size,async()=>{let e=new Uint8Array(await t.arrayBuffer());return()=>this.#s." +
  "push(r(2,e))});else{let e=\"string\"==typeof t,s=r(e?1:2,e?(new TextEncoder).encode(t):t);this.#l(s.le" +
  "ngth,()=>this.#s.push(s))}}close(t,e=\"\"){if(this.readyState>=2)return;if(this.readyState=2,this.#r=t" +
  "??1005,!this.#s)return queueMicrotask(()=>this.#p(\"it was closed before it was open\"));this.#a=this." +
  "#t.setTimer(()=>{this.#s.r(!0),this.#p(\"no answer to the close\")},1e4);let s=v(t,e);this.#l(0,()=>th" +
  "is.#s.finish(s,!1))}async#c(t,s){let n=await t.call(\"begin\",{headers:s,body:new Uint8Array,timeoutMs" +
  ":1e4}).n,r=201===n?.status?function(t){try{let e=JSON.parse((new TextDecoder).decode(t));return\"stri" +
  "ng\"==typeof e.session&&e.maxBodyBytes>0?e:void 0}catch{return}}(n.body):void 0;if(!r)return this.#p(" +
  "`no session: ${i(n)}`);let h=new y(r,t,{received:t=>this.#u(t),finished:()=>this.#y(),gone:()=>this." +
  "#y(),failed:t=>this.#p(t)});if(0!==this.readyState)return h.abandon(v(1001,\"\"));this.#s=h,globalThis" +
  ".addEventListener?.(\"pagehide\",this.#o),this.protocol=r.subprotocol,this.readyState=1,e(this,\"open\"," +
  "{}),h.start()}#l(t,e){this.#n?this.#d(t,()=>Promise.resolve(e)):e()}#d(t,e){this.#i+=t;let s=this.#n" +
  "=(this.#n??Promise.resolve()).then(e).then(e=>{this.#i-=t,this.#n===s&&(this.#n=void 0),this.readySt" +
  "ate<3&&!this.#s.isEnding&&e()}).catch(()=>this.#p(\"a Blob cannot be read\"))}#u(t){try{this.#e.take(t" +
  ")}catch(t){if(!(t instanceof n))throw t;this.#s.abandon(v(t.code,\"\")),this.#p(`the server sent ${t.m" +
  "essage}`)}}#f(t){var s;1===this.readyState&&e(this,\"message\",{},(s=\"string\"==typeof t?t:\"blob\"===thi" +
  "s.binaryType?new Blob([t]):t.buffer,new MessageEvent(\"message\",{data:s})))}#w(t,e){if(this.#h=[t,e]," +
  "this.#s.isEnding)return this.#s.r(!0),this.#g(t,e,!0);this.readyState=2,this.#s.finish(v(1005===t?vo" +
  "id 0:t,\"\"),!0)}#y(){let[t,e]=this.#h??[this.#r,\"\"];this.#h||this.#s.isTaken?this.#g(t,e,!0):this.#p(" +
  "\"the server does not know the session any more\")}#p(t){this.#g(1006,\"\",!1,new Error(t))}#g(t,s,i,n){" +
  "3!==this.readyState&&(this.readyState=3,this.#a(),this.#s?.t(),globalThis.removeEventListener?.(\"pag" +
  "ehide\",this.#o),n&&e(this,\"error\",{error:n}),e(this,\"close\",{code:t,reason:s,wasClean:i}))}};functio" +
  "n v(t,e){return r(8,function(t,e){if(void 0===t)return new Uint8Array;let s=(new TextEncoder).encode" +
  "(e),i=new Uint8Array(2+s.length);return new DataView(i.buffer).setUint16(0,t),i.set(s,2),i}(t,e))}ex" +
  "port{m as pollSocket};";

/** Names the text: the beginning of its SHA-256, in hex. */
export const POLL_BUNDLE_HASH = "ff617c7c1ac3fa52";
