// wsload: the load of the benchmarks, a single-threaded epoll client of WebSocket servers and of bare TCP byte echoes.
//
// It is native because a client in TypeScript would be slower than the server it measures. tests/bench/wsload.ts builds
// and runs it; by hand:
//
//   cc -O2 -o wsload tests/bench/wsload.c
//   taskset -c 1 ./wsload -m echo -c 100 -s 20 -p 4000 -u /echo -t 2 -P SERVER_PID
//
// -m echo|raw|fan|hs|idle   echo: each connection keeps -d messages in flight, and every reply is counted
//                           raw: the same without WebSocket framing
//                           fan: one extra connection publishes, -c receive (the server relays to all but the sender),
//                                -d publications under way at once; counted is each delivery
//                           hs: -c slots connect, upgrade and close, over and over; counted is each 101
//                           idle: open -c connections, leave them for -t seconds, and tell the server's memory for each
// -p port   -u path         of the server on 127.0.0.1; several ports, comma-separated: the connections take turns, the
//                           publisher of a fan-out being the last
// -R                        in idle: no handshake, for a byte echo
// -c connections            -k so many of them are opened at once
// -s payload bytes          -d messages in flight on each connection   -W bytes per write   -r bytes per read
// -x text, not binary       -z permessage-deflate (the payload compressed beforehand: DEFLATED=file, offer: ZOFFER)
// -v compare every reply, not only those of the warm-up              -a in hs: reset, no closing handshake
// -t seconds measured       -w seconds of warm-up before
// -P server's process ids, comma-separated: their CPU time (all threads) and memory are told
// -S spread over that many 127.0.0.x sources, for more than 28 000 connections
// -l label, repeated in the result
//
// A reply of another type than what was sent, or one that is not compressed where that was agreed on, is an error; so is,
// during the warm-up, one of other bytes or another length.
//
// Prints one line of JSON: rate (messages a second), MBps, reply_bytes (from the server for one message, headers
// included), p50_us and p99_us (round trip; in fan from publication to delivery; in hs from connect to 101), cli_cpu and
// srv_cpu (cores used), srv_us (CPU time of the server for one message, in microseconds), srv_rss_mb, steal (share of the
// machine taken by its neighbours), conn_min and conn_max (fewest and most messages any one connection got: a starved one
// shows here and not in p99, which knows answered messages only), kib_per_conn (in idle only, else 0), errs. Rates drift
// with the machine; what can be trusted is srv_us, and ratios within one run.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static uint64_t now_ns(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return (uint64_t)t.tv_sec*1000000000ull+t.tv_nsec;}

enum {ST_CONN, ST_HS, ST_OPEN, ST_CLOSING, ST_DEAD};
typedef struct {
  int fd, st, id;
  // out
  uint64_t to_send;   // bytes of pre-encoded stream still to be written
  uint64_t off;       // offset inside current frame (0..framelen)
  int want_out;
  // in: frame parser
  uint8_t hdr[14]; int hl; uint64_t pay; int infrag; int op; uint64_t rawcnt; uint64_t poff;
  // timestamps ring
  uint64_t *ts; uint32_t tsh, tst; int inflight;
  char hb[1024]; int hbl;
  uint64_t t0, n, seq; // n: messages it got while measuring; seq: publications it got
} C;

static int bare=0; static int mode; // 0 echo 1 raw 2 fan 3 hs 4 idle
static int nconn=1, ports[8]={9001}, nport=1, depth=1, text=0, verify=0, deflate=0, abrupt=0, rbufsz=1<<18, hsconc=64, multi_src=0, chunkw=0;
static uint64_t size=20; static double secs=2, warm=0.5; static int spid[8], nspid=0;
static const char*path="/"; static const char*label="";
static uint8_t *frame,*stream,*payload; static uint64_t flen, streamframes;
static uint8_t *rbuf; static int ep; static C*cs;
static uint64_t msgs, bytes_in, errs, closes; static int measuring;
#define HB 64
static uint64_t hist[64*HB];
static inline void rec(uint64_t ns){int e=63-__builtin_clzll(ns|1);int idx; if(e<6) idx=ns; else idx=(e-5)*HB+((ns>>(e-6))&(HB-1)); hist[idx]++;}
static double pct(double p){uint64_t tot=0;for(int i=0;i<64*HB;i++)tot+=hist[i]; if(!tot)return 0; uint64_t want=tot*p,acc=0;for(int i=0;i<64*HB;i++){acc+=hist[i];if(acc>want){int e=i/HB+5;uint64_t m=i%HB; if(i<HB) return i/1e3; return (double)((1ull<<e)|(m<<(e-6)))/1e3;}}return 0;}

// CPU time of a process, all its threads and those that ended included, in nanoseconds where a tick of /proc is 10 ms.
static double proc_cpu(int pid){clockid_t k;struct timespec t;if(clock_getcpuclockid(pid,&k)||clock_gettime(k,&t)){fprintf(stderr,"no process %d\n",pid);exit(7);}return t.tv_sec+t.tv_nsec/1e9;}
static double proc_rss(int pid){char f[64];snprintf(f,64,"/proc/%d/statm",pid);FILE*fp=fopen(f,"r");if(!fp)return 0;long a,b;if(fscanf(fp,"%ld %ld",&a,&b)!=2)b=0;fclose(fp);return (double)b*sysconf(_SC_PAGESIZE)/1024;}
static double scpu(void){double s=0;for(int i=0;i<nspid;i++)s+=proc_cpu(spid[i]);return s;}
static double srss(void){double s=0;for(int i=0;i<nspid;i++)s+=proc_rss(spid[i]);return s;}
static double steal(void){FILE*fp=fopen("/proc/stat","r");if(!fp)return 0;char l[512];unsigned long st=0,v[8];if(fgets(l,512,fp)&&sscanf(l,"cpu %lu %lu %lu %lu %lu %lu %lu %lu",v,v+1,v+2,v+3,v+4,v+5,v+6,v+7)==8)st=v[7];fclose(fp);return (double)st/sysconf(_SC_CLK_TCK);}
static double mycpu(void){struct rusage r;getrusage(RUSAGE_SELF,&r);return r.ru_utime.tv_sec+r.ru_stime.tv_sec+(r.ru_utime.tv_usec+r.ru_stime.tv_usec)/1e6;}

static void die(const char*m){perror(m);exit(1);}
static void setev(C*c,int out){if(c->want_out==out)return;c->want_out=out;struct epoll_event e={.events=EPOLLIN|(out?EPOLLOUT:0),.data.ptr=c};epoll_ctl(ep,EPOLL_CTL_MOD,c->fd,&e);}

static int hsreqlen; static char hsreq[512];
static int open_conn(C*c){
  int fd=socket(AF_INET,SOCK_STREAM|SOCK_NONBLOCK,0); if(fd<0)die("socket");
  int one=1; setsockopt(fd,IPPROTO_TCP,TCP_NODELAY,&one,sizeof one);
  if(multi_src){setsockopt(fd,IPPROTO_IP,IP_BIND_ADDRESS_NO_PORT,&one,sizeof one);struct sockaddr_in l={.sin_family=AF_INET};static unsigned k; l.sin_addr.s_addr=htonl(0x7f000001+(k++%multi_src)+1);if(bind(fd,(void*)&l,sizeof l))die("bind");}
  struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(ports[c->id%nport])};a.sin_addr.s_addr=htonl(INADDR_LOOPBACK);
  c->fd=fd;c->st=ST_CONN;c->hl=0;c->pay=0;c->poff=0;c->infrag=0;c->hbl=0;c->to_send=0;c->off=0;c->want_out=1;c->inflight=0;c->tsh=c->tst=0;c->rawcnt=0;c->t0=now_ns();
  if(connect(fd,(void*)&a,sizeof a)&&errno!=EINPROGRESS){perror("connect");close(fd);errs++;c->st=ST_DEAD;return -1;}
  struct epoll_event e={.events=EPOLLIN|EPOLLOUT,.data.ptr=c};epoll_ctl(ep,EPOLL_CTL_ADD,fd,&e);return 0;
}
static int nopen=0,nstarted=0,failed=0; static uint64_t fan_sent=0,fan_recv=0; static C*pub;
static void flushc(C*c){
  while(c->to_send){
    // stream repeats frame; offset inside stream = off
    uint64_t avail=streamframes*flen-c->off; uint64_t n=c->to_send<avail?c->to_send:avail; if(chunkw&&n>(uint64_t)chunkw)n=chunkw;
    ssize_t w=send(c->fd,stream+c->off,n,MSG_NOSIGNAL);
    if(w<0){if(errno==EAGAIN){setev(c,1);return;} errs++; c->st=ST_DEAD;epoll_ctl(ep,EPOLL_CTL_DEL,c->fd,0);close(c->fd);return;}
    c->to_send-=w;c->off+=w; c->off%=flen;
    if((uint64_t)w<n){setev(c,1);return;}
  }
  setev(c,0);
}
static inline void sendn(C*c,int k,uint64_t t){ if(mode!=2)for(int i=0;i<k;i++){c->ts[c->tsh++%depth]=t;} c->inflight+=k; c->to_send+=(uint64_t)k*flen; if(!c->want_out) flushc(c);}
static void kill_c(C*c,int rst){ if(rst){struct linger l={1,0};setsockopt(c->fd,SOL_SOCKET,SO_LINGER,&l,sizeof l);} epoll_ctl(ep,EPOLL_CTL_DEL,c->fd,0);close(c->fd);c->st=ST_DEAD;}
static void on_open(C*c){
  c->st=ST_OPEN;nopen++; setev(c,0);
  if(mode==3){ // handshake: record and close
    if(measuring){msgs++;c->n++;rec(now_ns()-c->t0);}
    if(abrupt){kill_c(c,1);open_conn(c);return;}
    static const uint8_t cf[8]={0x88,0x82,0,0,0,0,0x03,0xe8}; if(send(c->fd,cf,8,MSG_NOSIGNAL)!=8)errs++; c->st=ST_CLOSING; return; }
}
static void bad(const char*what){ if(errs++<3)fprintf(stderr,"%s\n",what); }
static inline int finished(C*c){ // the payload of a frame is whole: 1 when a message is
  if(c->op>=8||c->infrag)return 0;
  if((verify||!measuring)&&!deflate&&mode!=4&&c->poff!=size)bad("a reply of another length");
  c->poff=0; return 1; }
static inline int header(C*c,uint8_t b0,uint64_t pl){ // -1 for a Close frame, 1 when the message is whole already
  c->op=b0&15; c->pay=pl;
  if(c->op==8){closes++;return -1;}
  if(c->op<8){ c->infrag=!(b0&128);
    if(c->op&&mode!=4){ if(c->op!=(text?1:2))bad("a reply of another type"); if(deflate&&!(b0&64))bad("a reply that is not compressed"); } }
  return pl?0:finished(c); }
static inline int consume(C*c,uint8_t*b,uint64_t n){ // returns how many messages are complete now, -1 for a Close frame
  int done=0,k; uint64_t i=0;
  while(i<n){
    if(c->pay){ uint64_t m=n-i<c->pay?n-i:c->pay;
      if(c->op<8){ if((verify||!measuring)&&!deflate&&mode!=4&&(c->poff+m>size||memcmp(b+i,payload+c->poff,m)))bad("a reply of other bytes"); c->poff+=m; }
      c->pay-=m;i+=m; if(!c->pay)done+=finished(c); continue; }
    // fast path: whole header present
    if(c->hl==0&&n-i>=2){uint8_t l=b[i+1]; int h=2; uint64_t pl=l&127; if(l&128){fprintf(stderr,"masked server frame\n");exit(3);} if(pl==126)h=4;else if(pl==127)h=10; if(n-i>=(uint64_t)h){ if(pl==126)pl=b[i+2]<<8|b[i+3]; else if(pl==127){pl=0;for(int q=0;q<8;q++)pl=pl<<8|b[i+2+q];} uint8_t b0=b[i]; i+=h; if((k=header(c,b0,pl))<0)return -1; done+=k; continue;}}
    c->hdr[c->hl++]=b[i++]; int h=2; if(c->hl>=2){uint8_t l=c->hdr[1]&127; if(l==126)h=4;else if(l==127)h=10; if(c->hl==h){uint64_t pl=l; if(l==126)pl=c->hdr[2]<<8|c->hdr[3];else if(l==127){pl=0;for(int q=0;q<8;q++)pl=pl<<8|c->hdr[2+q];} c->hl=0; if((k=header(c,c->hdr[0],pl))<0)return -1; done+=k;}}
  }
  return done;
}
static uint64_t tnow;
// When publication n was sent, n modulo the ring: a subscriber further behind than that has no latency told, but starves.
#define RING (1<<16)
static uint64_t pub_at[RING];
static void fan_pump(void){ uint64_t done=fan_recv/(nconn); while(fan_sent-done<(uint64_t)depth){pub_at[fan_sent++%RING]=tnow;sendn(pub,1,tnow);} }
static void on_in(C*c){
  for(;;){
    ssize_t r=recv(c->fd,c->st==ST_HS?(void*)(c->hb+c->hbl):(void*)rbuf,c->st==ST_HS?sizeof c->hb-1-c->hbl:(size_t)rbufsz,0);
    if(r<0){ if(errno==EAGAIN)return; errs++;kill_c(c,1); if(mode==3)open_conn(c); return;}
    if(r==0){ if(c->st==ST_CLOSING){ kill_c(c,1); open_conn(c);} else { if(c->st==ST_HS)failed++; errs++; kill_c(c,1); if(mode==3)open_conn(c);} return; }
    if(c->st==ST_HS){ c->hbl+=r;c->hb[c->hbl]=0; char*e=strstr(c->hb,"\r\n\r\n"); if(!e){ if(c->hbl>1000){fprintf(stderr,"long response\n");exit(2);} continue;}
      if(strncmp(c->hb,"HTTP/1.1 101",12)){fprintf(stderr,"bad response: %s\n",c->hb);exit(2);}
      if(!strcasestr(c->hb,"HSmrc0sMlYUkAGmm5OPpG2HaGWk=")){fprintf(stderr,"bad accept: %s\n",c->hb);exit(2);}
      if(deflate&&!strcasestr(c->hb,"permessage-deflate")){fprintf(stderr,"no deflate negotiated: %s\n",c->hb);exit(2);}
      int extra=c->hbl-(e+4-c->hb); on_open(c); if(extra>0&&c->st==ST_OPEN){ if(consume(c,(uint8_t*)e+4,extra)<0)return; } if(c->st!=ST_OPEN)return; return; }
    if(c->st==ST_CLOSING){ int d=consume(c,rbuf,r); if(d==-1){ kill_c(c,1); open_conn(c); return;} continue; }
    if(measuring)bytes_in+=r;
    int done; if(mode==1){c->rawcnt+=r;done=c->rawcnt/size;c->rawcnt%=size;} else done=consume(c,rbuf,r);
    if(done<0){errs++;fprintf(stderr,"server closed\n");kill_c(c,1);return;}
    if(done){
      if(measuring)c->n+=done;
      if(mode==2&&!pub)continue; // Left behind by an earlier publisher: ours is not there yet.
      if(mode==2){ for(int i=0;i<done;i++){uint64_t q=c->seq++; if(measuring&&fan_sent-q<=RING)rec(tnow-pub_at[q%RING]);} fan_recv+=done; if(measuring)msgs+=done; fan_pump(); }
      else if(mode!=4){ if(measuring)msgs+=done; uint64_t t=tnow; if(done>c->inflight){fprintf(stderr,"too many replies\n");exit(4);} c->inflight-=done; for(int i=0;i<done;i++){uint64_t s=c->ts[c->tst++%depth]; if(measuring)rec(t-s);} sendn(c,done,t); }
    }
    if(r<rbufsz)return; 
  }
}
static void on_ev(C*c,uint32_t ev){
  if(c->st==ST_DEAD)return;
  if(c->st==ST_CONN&&(ev&(EPOLLOUT|EPOLLERR|EPOLLHUP))){int e=0;socklen_t l=sizeof e;getsockopt(c->fd,SOL_SOCKET,SO_ERROR,&e,&l); if(e){fprintf(stderr,"connect: %s\n",strerror(e));errs++;failed++;kill_c(c,1); if(errs>1000)exit(5); if(mode==3)open_conn(c); return;}
    if(mode==1||bare){on_open(c);return;}
    if(send(c->fd,hsreq,hsreqlen,MSG_NOSIGNAL)!=hsreqlen){errs++;} c->st=ST_HS; setev(c,0); return; }
  if((ev&EPOLLOUT)&&c->st==ST_OPEN)flushc(c);
  if(ev&(EPOLLIN|EPOLLHUP|EPOLLERR)) on_in(c);
}
static void poll1(int ms){struct epoll_event ev[256];int n=epoll_wait(ep,ev,256,ms);tnow=now_ns();for(int i=0;i<n;i++){ if(n>8&&(i&7)==0)tnow=now_ns(); on_ev(ev[i].data.ptr,ev[i].events);}}
static const char*const MODES[]={"echo","raw","fan","hs","idle"};
static void measure(void){ // warms up, measures, and prints the result
  uint64_t t=now_ns();while(now_ns()-t<warm*1e9)poll1(10);
  double z0=steal(),c0=mycpu(),s0=scpu();measuring=1;t=now_ns();while(now_ns()-t<secs*1e9)poll1(10);measuring=0;double el=(now_ns()-t)/1e9,s1=scpu(),c1=mycpu();
  uint64_t lo=UINT64_MAX,hi=0; for(int i=0;i<nconn;i++){if(cs[i].n<lo)lo=cs[i].n; if(cs[i].n>hi)hi=cs[i].n;}
  printf("{\"label\":\"%s\",\"mode\":\"%s\",\"conns\":%d,\"size\":%lu,\"depth\":%d,\"text\":%d,\"rate\":%.1f,\"MBps\":%.1f,\"reply_bytes\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"cli_cpu\":%.2f,\"srv_cpu\":%.2f,\"srv_us\":%.4f,\"srv_rss_mb\":%.1f,\"steal\":%.3f,\"conn_min\":%lu,\"conn_max\":%lu,\"kib_per_conn\":0,\"errs\":%lu}\n",label,MODES[mode],nconn,size,depth,text,msgs/el,bytes_in/el/1e6,msgs?(double)bytes_in/msgs:0,pct(.5),pct(.99),(c1-c0)/el,(s1-s0)/el,msgs?(s1-s0)*1e6/msgs:0,srss()/1024,(steal()-z0)/el/sysconf(_SC_NPROCESSORS_ONLN),lo,hi,errs);
}
int main(int ac,char**av){
  signal(SIGPIPE,SIG_IGN);
  struct rlimit fl; if(!getrlimit(RLIMIT_NOFILE,&fl)){fl.rlim_cur=fl.rlim_max;setrlimit(RLIMIT_NOFILE,&fl);}
  int o; while((o=getopt(ac,av,"m:c:p:s:d:t:w:P:u:xvzaRr:k:S:l:W:"))!=-1)switch(o){
    case 'm':mode=!strcmp(optarg,"echo")?0:!strcmp(optarg,"raw")?1:!strcmp(optarg,"fan")?2:!strcmp(optarg,"hs")?3:!strcmp(optarg,"idle")?4:-1;if(mode<0){fprintf(stderr,"mode?\n");return 1;}break;
    case 'c':nconn=atoi(optarg);break;case 'p':{nport=0;char*s=strdup(optarg);for(char*p=strtok(s,",");p&&nport<8;p=strtok(0,","))ports[nport++]=atoi(p);}break;case 's':size=strtoull(optarg,0,0);break;case 'd':depth=atoi(optarg);break;
    case 't':secs=atof(optarg);break;case 'w':warm=atof(optarg);break;case 'P':{char*s=strdup(optarg);for(char*p=strtok(s,",");p;p=strtok(0,","))spid[nspid++]=atoi(p);}break;case 'u':path=optarg;break;
    case 'x':text=1;break;case 'v':verify=1;break;case 'z':deflate=1;break;case 'a':abrupt=1;break;case 'R':bare=1;break;case 'r':rbufsz=atoi(optarg);break;case 'k':hsconc=atoi(optarg);break;case 'S':multi_src=atoi(optarg);break;case 'l':label=optarg;break;case 'W':chunkw=atoi(optarg);break;
    default:fprintf(stderr,"usage: see the head of wsload.c\n");return 1;}
  payload=malloc(size+1);
  if(deflate||getenv("JSONP")){ // JSON-like payload
    char *q=(char*)payload; uint64_t n=0; unsigned s=12345; q[n++]='['; while(n<size){char t[160];s=s*1103515245+12345;int k=snprintf(t,160,"{\"id\":%u,\"name\":\"user-%u\",\"price\":%u.%02u,\"active\":%s,\"tags\":[\"alpha\",\"beta\"]},",s>>8&0xffff,s>>12&0xfff,s>>16&0x3ff,s>>4&63,(s>>20&1)?"true":"false"); if(n+k>size)k=size-n; memcpy(q+n,t,k);n+=k;}
  } else { unsigned s=1; for(uint64_t i=0;i<size;i++){s=s*1103515245+12345;payload[i]=32+((s>>16)%95);} }
  uint8_t*pp=payload;uint64_t plen=size; uint8_t*alt=0;
  if(deflate){ const char*f=getenv("DEFLATED"); if(!f){fprintf(stderr,"need DEFLATED=file (raw deflate of payload, no tail); dump payload with DUMP=\n");const char*d=getenv("DUMP");if(d){FILE*fp=fopen(d,"w");if(!fp)die(d);fwrite(payload,1,size,fp);fclose(fp);}return 1;} FILE*fp=fopen(f,"r");if(!fp)die(f);alt=malloc(size+65536);plen=fread(alt,1,size+65536,fp);fclose(fp);pp=alt; }
  if(mode==1){flen=size;frame=payload;}
  else{ frame=malloc(plen+16);int h=0;frame[h++]=0x80|(deflate?0x40:0)|(text?1:2); if(plen<126)frame[h++]=0x80|plen;else if(plen<65536){frame[h++]=0x80|126;frame[h++]=plen>>8;frame[h++]=plen&255;}else{frame[h++]=0x80|127;for(int k=7;k>=0;k--)frame[h++]=plen>>(8*k);} uint8_t mk[4]={0x37,0xfa,0x21,0x3d};memcpy(frame+h,mk,4);h+=4;for(uint64_t i=0;i<plen;i++)frame[h+i]=pp[i]^mk[i&3];flen=h+plen;}
  streamframes=depth; if(streamframes*flen>(4u<<20))streamframes=(4u<<20)/flen; if(streamframes<2)streamframes=2; // stream must be long enough to start at any offset<flen
  stream=malloc((streamframes+1)*flen);for(uint64_t i=0;i<=streamframes;i++)memcpy(stream+i*flen,frame,flen); streamframes++;
  if(size>=(1<<19)&&rbufsz==1<<18)rbufsz=1<<20; rbuf=malloc(rbufsz);
  hsreqlen=snprintf(hsreq,512,"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",path,ports[0],deflate?getenv("ZOFFER")?getenv("ZOFFER"):"Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n":"");
  ep=epoll_create1(0); int total=nconn+(mode==2?1:0); cs=calloc(total,sizeof(C));
  double rss0=srss();
  if(mode==3){ for(int i=0;i<nconn;i++){cs[i].ts=calloc(1,8);open_conn(&cs[i]);} measure(); return 0; }
  uint64_t th=now_ns(); int pend;
  for(int i=0;i<total;i++)cs[i].ts=calloc(depth,8);
  while(nopen<total){ pend=nstarted-nopen-failed; while(nstarted<total&&pend<hsconc){cs[nstarted].id=nstarted;open_conn(&cs[nstarted++]);pend++;} poll1(100); if(now_ns()-th>20e9||failed>10){fprintf(stderr,"open stuck: %d/%d failed=%d\n",nopen,total,failed);exit(6);} }
  double hst=(now_ns()-th)/1e9;
  if(mode==4){ double z0=steal(),c0=mycpu(),s0=scpu(),r1=srss(); uint64_t t=now_ns();while(now_ns()-t<secs*1e9)poll1(100); double el=(now_ns()-t)/1e9,r2=srss();
    printf("{\"label\":\"%s\",\"mode\":\"idle\",\"conns\":%d,\"rate\":%.1f,\"reply_bytes\":0,\"p50_us\":0,\"p99_us\":0,\"cli_cpu\":%.2f,\"srv_cpu\":%.4f,\"srv_us\":0,\"srv_rss_mb\":%.1f,\"rss0_kib\":%.0f,\"rss1_kib\":%.0f,\"steal\":%.3f,\"conn_min\":0,\"conn_max\":0,\"kib_per_conn\":%.3f,\"errs\":%lu}\n",label,nconn,nconn/hst,(mycpu()-c0)/el,(scpu()-s0)/el,r2/1024,rss0,r1,(steal()-z0)/el/sysconf(_SC_NPROCESSORS_ONLN),(r2-rss0)/nconn,errs);
    for(int i=0;i<total;i++)if(cs[i].st!=ST_DEAD)kill_c(&cs[i],1); return 0;}
  tnow=now_ns();
  if(mode==2){pub=&cs[total-1];fan_pump();} else for(int i=0;i<nconn;i++)sendn(&cs[i],depth,now_ns());
  measure();
  for(int i=0;i<total;i++)if(cs[i].st!=ST_DEAD)kill_c(&cs[i],1);
  return 0;}
