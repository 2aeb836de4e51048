// The words of the page in two languages.

const others = (n, one, more) => n === 1 ? `one other client ${one}` : `${n} other clients ${more}`;

const ENGLISH = {
  title: 'Lab', colon: ': ',
  subtitle: 'The same clients, served by different models at the same time.',
  suggestions: 'Worth a look', choose: 'Choose a run', servers: 'Servers', clients: 'Clients', workload: 'What the clients do', seconds: 'Seconds',
  model: 'Model', loops: 'Loops', handOff: 'Hand-off',
  add: 'Add a server', remove: 'Remove', start: 'Start', stop: 'Stop', save: 'Save the run', picture: 'Save a picture', other: '中文',
  play: 'Play', pause: 'Pause', back: 'Step back', forward: 'Step forward', newest: 'Now', speed: 'Speed', span: 'Shown',
  wholeRun: 'whole run', position: 'Moment', colours: 'Colour', byState: 'what it does', byPlace: 'where it runs',
  table: 'As a table', explanation: 'The model', byHand: 'By hand, in plain Java', withPolyserve: 'With Polyserve',
  waitsIn: 'Waits in', badAt: 'Bad at', watchFor: 'What to look for', inThisRun: 'In this run', recorded: 'Recorded',
  running: 'running', starting: 'starting', over: 'over', reasons: {}, lost: 'The connection to the lab is lost: start polyserve lab again.',
  crowded: 'The lab sends no runs to this page, because too many of its pages are open: close others, and reload this one.',
  noToken: 'This page can show, but not start: open the address that polyserve lab printed.',
  dropped: (n) => `${n} events were not recorded, because they came too fast.`,
  keys: 'Keys: Space plays and pauses, , and . step, Home and End go to the beginning and to now.',
  marks: {failed: 'refused or lost', handOff: 'the loop is handed off'},
  states: {
    backlog: 'waits in the backlog', ready: 'waits to be served', input: 'waits for input', served: 'is served',
    computing: 'computes', sending: 'waits for room to send', sleeping: 'sleeps', gone: 'not connected',
  },
  counts: {
    backlog: 'in the backlog', ready: 'waiting to be served', input: 'waiting for input', served: 'served', computing: 'computing',
    sending: 'waiting to send', sleeping: 'sleeping', gone: 'not connected',
  },
  strips: {processor: 'Processor', waiting: 'Waiting'},
  observed: 'Seen from its clients only: whether it waits or computes is not known.',
  figures: {
    active: 'Connections', backlog: 'In the backlog', queue: 'Wait for a thread', callsPerRequest: 'System calls a request',
    residentBytes: 'Memory', processor: 'Processor', requests: 'Requests', processes: 'Processes', threads: 'Threads',
  },
  columns: {
    client: 'Client', now: 'State', on: 'On', connections: 'Connections', waited: 'Waited to be served', served: 'Served', sent: 'Client sent',
    read: 'Server read', written: 'Server wrote', received: 'Client received',
  },
  roles: {
    talker: 'talks', computing: 'computes', sleeping: 'sleeps', slow: 'reads slowly', burst: 'burst', crashing: 'crashes', silent: 'silent',
  },
  workloads: {
    talkers: ['Talk', 'Each client sends small requests with pauses, leaves, and comes again.'],
    compute: ['One computes', 'Client 0 asks for 300 ms of computing again and again; the others talk.'],
    sleep: ['Some sleep', 'Clients 0 to 3 ask the handler to sleep for 500 ms again and again; the others talk.'],
    slow: ['Slow readers', 'Clients 0 and 1 ask for much and read slowly; the others talk.'],
    burst: ['A burst', 'Client 0 talks; all others come at once, again and again.'],
    crash: ['A crash', 'After two seconds, client 0 asks for what ends the process that serves it.'],
    idle: ['Silence', 'All clients connect and say nothing.'],
    descriptors: ['Descriptors', 'All are silent. The servers have so many open files that the connections get the descriptors around 1,024.'],
  },
  presets: {
    turn: 'One after another, or all at once?', compute: 'One client computes', crash: 'One client crashes its process',
    idle: 'Waiting, or asking?', burst: 'A burst', slow: 'Slow readers', descriptors: 'The descriptor 1,024',
  },
  moments: {
    blocked: (v, f) => `At ${f.at}, client ${v.client} keeps its thread for ${f.micros}, and ${others(v.waiting, 'waits', 'wait')} for it.`,
    beside: (v, f) => `At ${f.at}, client ${v.client} is busy for ${f.micros}, and ${others(v.served, 'is', 'are')} served meanwhile.`,
    handOff: (v, f) => `At ${f.at}, the loop goes on with another thread, and leaves its own to client ${v.client}.`,
    refused: (v, f) => `At ${f.at}, client ${v.client} is refused${v.count > 1 ? `, the first of ${v.count}` : ''}.`,
    crash: (v, f) => `At ${f.at}, ${v.lost === 1 ? 'one connection is' : `${v.lost} connections are`} lost${v.kept ? `, and ${others(v.kept, 'goes', 'go')} on` : ''}.`,
    sending: (v, f) => `At ${f.at}, client ${v.client} has not read for ${f.micros}; ${v.waiting ? `${others(v.waiting, 'waits', 'wait')} for it` : 'the others do not notice'}.`,
    backlog: (v, f) => `At ${f.at}, client ${v.client} leaves the backlog after ${f.micros}${v.waiting ? `, and ${others(v.waiting, 'goes', 'go')} on waiting there` : ''}.`,
    waits: (v, f) => `At ${f.at}, client ${v.client} has waited ${f.micros} to be served${v.waiting > 1 ? `, and ${others(v.waiting - 1, 'waits', 'wait')}, too` : ''}.`,
    spins: (v, f) => `At ${f.at}, ${v.connected} clients say nothing, and the server uses ${f.share} of a processor.`,
    silent: (v, f) => `At ${f.at}, ${v.connected} clients say nothing, and cost ${f.share} of a processor.`,
  },
  lane: (client, role) => `${client} ${role}`,
  summary: (at, counts) => `At ${at}: ${counts || 'nothing yet'}`,
};

const CHINESE = {
  title: '实验室', colon: '：',
  subtitle: '同样的客户端，同时由不同的模型服务。',
  suggestions: '值得一看', choose: '自己选择', servers: '服务器', clients: '客户端数', workload: '客户端做什么', seconds: '秒数',
  model: '模型', loops: '循环数', handOff: '移交',
  add: '增加服务器', remove: '去掉', start: '开始', stop: '停止', save: '保存这次运行', picture: '保存图片', other: 'English',
  play: '播放', pause: '暂停', back: '后退一步', forward: '前进一步', newest: '此刻', speed: '速度', span: '显示',
  wholeRun: '全程', position: '时刻', colours: '颜色', byState: '在做什么', byPlace: '在哪里运行',
  table: '表格', explanation: '模型说明', byHand: '手写，只用 JDK', withPolyserve: '用 Polyserve',
  waitsIn: '在哪里等待', badAt: '不擅长', watchFor: '看点', inThisRun: '这一次', recorded: '录制于',
  running: '进行中', starting: '启动中', over: '结束', lost: '与实验室的连接已断开：请重新运行 polyserve lab。',
  reasons: {
    'it was stopped': '已停止', 'its time has passed': '时间已到', 'no server serves': '没有服务器在服务',
    'saved while it went on': '保存时仍在进行',
  },
  crowded: '打开的页面太多，实验室不再向此页面发送运行：请关闭其他页面，再刷新此页面。',
  noToken: '此页面只能观看，不能启动：请打开 polyserve lab 打印的地址。',
  dropped: (n) => `有 ${n} 个事件来得太快，没有录下。`,
  keys: '按键：空格播放和暂停，逗号和句号单步，Home 和 End 跳到开头和此刻。',
  marks: {failed: '被拒绝或断开', handOff: '循环被移交'},
  states: {
    backlog: '在 backlog 中等待', ready: '等待服务', input: '等待输入', served: '正在服务', computing: '计算中',
    sending: '等待可写', sleeping: '睡眠', gone: '未连接',
  },
  counts: {
    backlog: '在 backlog 中', ready: '等待服务', input: '等待输入', served: '正在服务', computing: '计算中',
    sending: '等待可写', sleeping: '睡眠', gone: '未连接',
  },
  strips: {processor: '处理器', waiting: '等待中'},
  observed: '只从客户端一侧观察：不知道它在等待还是在计算。',
  figures: {
    active: '连接', backlog: 'backlog 中', queue: '等待线程', callsPerRequest: '每请求系统调用',
    residentBytes: '内存', processor: '处理器', requests: '请求', processes: '进程', threads: '线程',
  },
  columns: {
    client: '客户端', now: '状态', on: '运行于', connections: '连接数', waited: '等待服务', served: '服务时间', sent: '客户端发送',
    read: '服务器读取', written: '服务器写出', received: '客户端收到',
  },
  roles: {
    talker: '对话', computing: '计算', sleeping: '睡眠', slow: '慢读', burst: '突发', crashing: '崩溃', silent: '沉默',
  },
  workloads: {
    talkers: ['对话', '每个客户端发送小请求，中间停顿，离开后再来。'],
    compute: ['一个在计算', '客户端 0 反复要求计算 300 毫秒，其余的在对话。'],
    sleep: ['几个在睡眠', '客户端 0 到 3 反复要求处理程序睡眠 500 毫秒，其余的在对话。'],
    slow: ['慢读', '客户端 0 和 1 要很多数据却读得很慢，其余的在对话。'],
    burst: ['突发', '客户端 0 在对话，其余的一起到来，一次又一次。'],
    crash: ['崩溃', '两秒之后，客户端 0 的请求使服务它的进程崩溃。'],
    idle: ['沉默', '所有客户端连上之后什么也不说。'],
    descriptors: ['描述符', '所有客户端都沉默。服务器预先打开了许多文件，所以连接得到 1024 左右的描述符。'],
  },
  presets: {
    turn: '一个接一个，还是同时？', compute: '一个客户端在计算', crash: '一个客户端使进程崩溃',
    idle: '等待，还是轮询？', burst: '突发', slow: '慢读', descriptors: '描述符 1024',
  },
  moments: {
    blocked: (v, f) => `${f.at}：客户端 ${v.client} 占用线程 ${f.micros}，另外 ${v.waiting} 个在等待。`,
    beside: (v, f) => `${f.at}：客户端 ${v.client} 忙了 ${f.micros}，另外 ${v.served} 个同时得到服务。`,
    handOff: (v, f) => `${f.at}：循环换到另一个线程继续，原来的线程留给客户端 ${v.client}。`,
    refused: (v, f) => `${f.at}：客户端 ${v.client} 被拒绝${v.count > 1 ? `，共 ${v.count} 个` : ''}。`,
    crash: (v, f) => `${f.at}：${v.lost} 条泳道结束，${v.kept} 条继续。`,
    sending: (v, f) => `${f.at}：客户端 ${v.client} 已有 ${f.micros} 没有读取；${v.waiting ? `另外 ${v.waiting} 个在等待` : '其余的不受影响'}。`,
    backlog: (v, f) => `${f.at}：客户端 ${v.client} 等了 ${f.micros} 后离开 backlog${v.waiting ? `，还有 ${v.waiting} 个在其中等待` : ''}。`,
    waits: (v, f) => `${f.at}：客户端 ${v.client} 等待服务 ${f.micros}${v.waiting > 1 ? `，还有 ${v.waiting - 1} 个在等` : ''}。`,
    spins: (v, f) => `${f.at}：${v.connected} 个客户端沉默不语，服务器却用了处理器的 ${f.share}。`,
    silent: (v, f) => `${f.at}：${v.connected} 个客户端沉默不语，只用处理器的 ${f.share}。`,
  },
  lane: (client, role) => `${client} ${role}`,
  summary: (at, counts) => `${at}：${counts || '还没有内容'}`,
};

export const LANGUAGES = {en: ENGLISH, zh: CHINESE};
