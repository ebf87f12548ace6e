// The words of the map in both languages, and numbers as people read them.
(function (W) {
  "use strict";
  const TEXTS = {
    network: ["Network", "网络"],
    loading: ["Reading the run…", "正在读取运行数据…"],
    waiting: ["Reading this stretch…", "正在读取该时段…"],
    empty: ["This run has no nodes to draw.", "该运行没有可绘制的节点。"],
    failed: ["The map cannot be drawn.", "无法绘制网络图。"],
    sampled: ["Busy stretch: {drawn} of {all} hops are drawn", "该时段过于繁忙：仅绘制 {all} 跳中的 {drawn} 跳"],
    crowded: ["{drawn} of {all} packets in flight are drawn", "仅绘制 {all} 个在途数据包中的 {drawn} 个"],
    live: ["live", "实时"],
    play: ["Play", "播放"],
    pause: ["Pause", "暂停"],
    next: ["Next event", "下一事件"],
    previous: ["Previous event", "上一事件"],
    loop: ["Loop", "循环播放"],
    speed: ["Speed: virtual seconds a second", "速度：每秒播放的虚拟秒数"],
    time: ["Virtual time", "虚拟时间"],
    zoomIn: ["Zoom in", "放大"],
    zoomOut: ["Zoom out", "缩小"],
    fit: ["Show everything", "显示全部"],
    save: ["Save the picture", "保存图片"],
    layout: ["Positions", "位置布局"],
    geographic: ["geographic", "地理位置"],
    layers: ["in layers by tier", "按层级分层"],
    force: ["by forces", "力导向"],
    options: ["Show", "显示选项"],
    cells: ["cells", "小区覆盖"],
    trails: ["trails", "轨迹"],
    labels: ["names", "名称"],
    keys: ["Keyboard", "快捷键"],
    keysText: [
      "Space: play, pause · ← →: previous, next event · Shift + ← →: one hundredth · Home, End: begin, end · < >: slower, faster · + − 0: zoom, show everything · L: loop · C: cells · F: follow what is pinned · Esc: let go",
      "空格：播放/暂停 · ← →：上一/下一事件 · Shift + ← →：移动百分之一 · Home、End：开头/结尾 · < >：减速/加速 · + − 0：缩放/显示全部 · L：循环 · C：小区 · F：跟随所选对象 · Esc：取消选择",
    ],
    nodes: ["Nodes", "节点"],
    device: ["device", "设备"],
    edge: ["edge", "边缘"],
    cloud: ["cloud", "云"],
    other: ["other", "其他"],
    training: ["training", "训练中"],
    failedNode: ["failed", "故障"],
    accuracyHeld: ["Accuracy of the model held", "所持模型的准确率"],
    noneYet: ["none yet", "尚无"],
    load: ["Link load, each way on its right-hand side", "链路负载（各方向靠右绘制）"],
    idle: ["idle", "空闲"],
    to25: ["to 25%", "≤ 25%"],
    to50: ["to 50%", "≤ 50%"],
    to75: ["to 75%", "≤ 75%"],
    above: ["above", "更高"],
    radio: ["radio", "无线"],
    cutLink: ["down", "中断"],
    onTheWay: ["On the way, larger with more bytes", "传输中（字节越多图标越大）"],
    learningPacket: ["model, or message of learning nodes", "模型或学习节点的消息"],
    otherTraffic: ["other traffic", "其他流量"],
    transfer: ["transfer", "传输"],
    drop: ["drop", "丢弃"],
    handover: ["handover", "切换"],
    strip: ["Events over time", "事件密度"],
    traffic: ["traffic", "流量"],
    learning: ["training", "训练"],
    trouble: ["trouble", "异常"],
    cell: ["cell: reach of its devices", "小区：所接设备的范围"],
    node: ["Node", "节点"],
    link: ["Link", "链路"],
    packet: ["Packet", "数据包"],
    follow: ["Follow", "跟随"],
    following: ["Following", "跟随中"],
    close: ["Let go", "取消选择"],
    tier: ["Tier", "层级"],
    state: ["State", "状态"],
    up: ["in service", "运行中"],
    down: ["failed", "故障"],
    accuracy: ["Accuracy", "准确率"],
    jobs: ["Training jobs", "训练任务"],
    links: ["Links", "链路数"],
    inFlight: ["Packets on its links", "链路上的数据包"],
    place: ["Place", "位置"],
    medium: ["Medium", "介质"],
    wire: ["wire", "有线"],
    class: ["Class", "类别"],
    rate: ["Rate", "速率"],
    queue: ["In progress", "进行中"],
    size: ["Size", "大小"],
    ofLaunch: ["{share} of its size at launch", "为启动时大小的 {share}"],
    hops: ["Hops so far", "已经过跳数"],
    bytesSoFar: ["Bytes so far", "已传输字节"],
    where: ["Where", "所在"],
    at: ["at {node}", "位于 {node}"],
    between: ["{from} → {to}, {share} of the way", "{from} → {to}，已完成 {share}"],
    notYet: ["not launched yet", "尚未启动"],
    retired: ["retired at {node}", "已在 {node} 终止"],
    lastEvents: ["Last events", "最近事件"],
    noEvents: ["Nothing happened here yet.", "此处尚无事件。"],
    journey: ["Journey so far", "目前行程"],
    // scalings, by what for
    whylink: ["scaled for its next link, at {node}", "在 {node} 为下一条链路缩放"],
    whyadmission: ["a part is taken that {node} can train", "取出 {node} 能训练的部分"],
    whyprecision: ["brought to the bits that are sent, at {node}", "在 {node} 转换为发送精度"],
    whygrowth: ["grows at {node}", "在 {node} 生长"],
    whyrestore: ["back to what it was, at {node}", "在 {node} 恢复原状"],
    whyother: ["scaled at {node}", "在 {node} 缩放"],
    memory: ["memory {change}", "内存 {change}"],
    width: ["width × {value}", "宽度 × {value}"],
    depth: ["depth × {value}", "深度 × {value}"],
    rank: ["rank {value}", "秩 {value}"],
    bits: ["{value} bits", "{value} 比特"],
    sparsity: ["{value} set to zero", "{value} 置零"],
    error: ["error {value}", "误差 {value}"],
    moment: ["on the way: packets of learning {models}, other transfers {others}", "在途：学习数据包 {models}，其他传输 {others}"],
    momentNetwork: ["transfers on the way: {others}", "在途传输：{others}"],
    meanHeld: ["mean accuracy held {value}", "平均准确率 {value}"],
    trainingNow: ["training: {count}", "训练中：{count}"],
    description: [
      "Map of the network: nodes, links and what travels. Use the player's keys to move in time; the line below says what is on the way.",
      "网络图：节点、链路及传输内容。使用播放快捷键移动时间；下方文字说明当前在途情况。",
    ],
    // kinds of events, by number
    k0: ["transfer begins to {peer}", "开始传输至 {peer}"],
    k1: ["{node} sends to {peer}", "{node} 发送至 {peer}"],
    k2: ["{node} → {peer} has arrived", "{node} → {peer} 已到达"],
    k3: ["delivered from {peer}", "已从 {peer} 送达"],
    k4: ["dropped at {node}: {reason}", "在 {node} 丢弃：{reason}"],
    k5: ["{node} begins to train", "{node} 开始训练"],
    k6: ["{node} has trained, loss {value}", "{node} 训练完成，损失 {value}"],
    k7: ["{node} measures an accuracy of {value} on its own data", "{node} 在自己的数据上测得准确率 {value}"],
    k8: ["{node} merges {value} models", "{node} 合并 {value} 个模型"],
    k9: ["{node} scales a model: {value} bits a parameter", "{node} 缩放模型：每参数 {value} 比特"],
    k10: ["a packet is launched at {node}", "数据包在 {node} 启动"],
    k11: ["a packet retires at {node}", "数据包在 {node} 终止"],
    k12: ["link {node} → {peer} fails", "链路 {node} → {peer} 中断"],
    k13: ["link {node} → {peer} is back", "链路 {node} → {peer} 恢复"],
    k14: ["transfer {node} → {peer} is interrupted", "{node} → {peer} 的传输被中断"],
    k15: ["{node} fails", "{node} 故障"],
    k16: ["{node} is back", "{node} 恢复"],
    k17: ["{node} is handed over to {peer}", "{node} 切换至 {peer}"],
    k18: ["link {node} → {peer} has {value} bit/s", "链路 {node} → {peer} 速率为 {value} bit/s"],
    k19: ["link {node} → {peer} has {value} s delay", "链路 {node} → {peer} 时延为 {value} s"],
    k20: ["{node} refuses a packet of {peer}", "{node} 拒收 {peer} 的数据包"],
    k21: ["the data change", "数据发生变化"],
    k22: ["the battery of {node} is empty", "{node} 电池耗尽"],
    k23: ["{node} leaves a model untrained", "{node} 未训练该模型"],
    kOther: ["event {kind} at {node}", "{node} 处的事件 {kind}"],
    r0: ["hop limit", "超过跳数限制"],
    r1: ["no route", "无路由"],
    r2: ["no memory", "内存不足"],
    r3: ["link down", "链路中断"],
    r4: ["node down", "节点故障"],
    r5: ["deadline", "超过期限"],
    r6: ["buffer full", "缓冲区已满"],
  };

  W.language = () => ((document.documentElement.lang || "en").toLowerCase().startsWith("zh") ? 1 : 0);

  W.say = (key, values) => {
    const text = (TEXTS[key] || [key, key])[W.language()];
    return values ? text.replace(/\{(\w+)\}/g, (_, name) => (name in values ? values[name] : "")) : text;
  };
  W.knows = (key) => key in TEXTS;

  const PREFIXES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]];

  W.si = (value, unit) => {
    if (!Number.isFinite(value)) return "–";
    if (value === 0) return "0 " + unit;
    const rounded = Number(value.toPrecision(3));
    const [scale, prefix] = PREFIXES.find((pair) => Math.abs(rounded) >= pair[0]) || PREFIXES[PREFIXES.length - 1];
    return Number((rounded / scale).toPrecision(3)) + " " + prefix + unit;
  };
  W.bytes = (value) => (value > 0 && value < 1000 ? Math.round(value) + " B" : W.si(value, "B"));
  W.percent = (value) => (Number.isFinite(value) ? Math.round(value * 100) + "%" : "–");
  W.accuracy = (value) => (Number.isFinite(value) ? value.toFixed(3) : "–");
  W.count = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  // A virtual time with as many decimals as a thousandth of what is shown needs.
  W.clock = (seconds, span) => {
    const decimals = Math.max(0, Math.min(9, Math.ceil(-Math.log10(Math.max(span, 1e-9) / 3000))));
    return seconds.toFixed(decimals) + " s";
  };

  W.element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };
})((window.wayfareMap = window.wayfareMap || {}));
