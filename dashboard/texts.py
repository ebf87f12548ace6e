"""Every text of the interface, in English and Chinese; numbers, units, names and scenario keys are the same in both."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LANGUAGES = ("en", "zh")

TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # frame
        "skip": ("Skip to the content", "跳到正文"),
        "scheme": ("Switch between light and dark", "切换浅色与深色主题"),
        "language": ("中文", "English"),
        "language.switch": ("切换为中文", "Switch to English"),
        "nav": ("Pages", "页面"),
        "nav.runs": ("Runs", "运行"),
        "nav.launch": ("New run", "新建运行"),
        "nowhere": ("There is no such page", "没有这个页面"),
        "nowhere.reason": ("Nothing is at {path}.", "{path} 处没有内容。"),
        "unshown": ("This run cannot be shown", "无法显示这次运行"),
        "unread": ("This run can no longer be read", "这次运行已无法读取"),
        "back": ("← Runs", "← 运行列表"),
        # statuses
        "running": ("running", "运行中"),
        "finished": ("finished", "已完成"),
        "failed": ("failed", "失败"),
        "stopped": ("stopped", "已停止"),
        "lost": ("lost", "失联"),
        "damaged": ("damaged", "已损坏"),
        # the table of runs
        "runs": ("Runs", "运行列表"),
        "runs.search": ("Search runs", "搜索运行"),
        "runs.one": ("1 run", "1 次运行"),
        "runs.count": ("{count} runs", "{count} 次运行"),
        "runs.running": ("{count}, {running} running", "{count}，其中 {running} 次正在运行"),
        "runs.table": (
            "Table of runs: Enter opens a run, the space bar picks it",
            "运行列表：按回车键打开，按空格键选取",
        ),
        "runs.columns": ("Columns", "显示列"),
        "runs.compare": ("Compare", "比较"),
        "runs.compare.some": ("Compare {count}", "比较 {count} 次"),
        "runs.compare.how": ("Pick two runs or more to compare them", "选取两次或更多运行进行比较"),
        "runs.none": ("No runs here yet", "这里还没有运行"),
        "runs.none.watch": (
            "This page watches {folder}. A run appears as soon as it starts:",
            "本页监视 {folder}。运行一开始就会出现在这里：",
        ),
        "column.pick": ("Pick", "选取"),
        "column.scenario": ("Scenario", "场景"),
        "column.status": ("Status", "状态"),
        "column.method": ("Method", "方法"),
        "column.accuracy": ("Accuracy", "准确率"),
        "column.nodes": ("At devices", "设备端准确率"),
        "column.bytes": ("Bytes", "字节数"),
        "column.virtual": ("Virtual time", "虚拟时间"),
        "column.wall": ("Wall time", "实际用时"),
        "column.energy": ("Energy", "能耗"),
        "column.seed": ("Seed", "随机种子"),
        "column.started": ("Started", "开始时间"),
        "column.accuracy.tip": ("Mean over the answer models, at the end", "结束时各答案模型的平均值"),
        "column.nodes.tip": (
            "Mean over the devices of the model each holds, at the end",
            "结束时各设备所持模型的平均值",
        ),
        "column.bytes.tip": ("Carried by all links together", "所有链路传输的总量"),
        "column.virtual.tip": ("Time that passed in the emulated network", "仿真网络中经过的时间"),
        "column.wall.tip": ("Time the run took", "运行实际花费的时间"),
        "column.energy.tip": ("Spent by nodes and links", "节点与链路消耗的能量"),
        "column.bytes.filter": ("Bytes, or as 12.9 MB", "字节，或如 12.9 MB"),
        "column.virtual.filter": ("Seconds, or as 2.5 min", "秒，或如 2.5 min"),
        "column.wall.filter": ("Seconds, or as 2.5 min", "秒，或如 2.5 min"),
        "column.energy.filter": ("Joules, or as 1.2 kJ", "焦耳，或如 1.2 kJ"),
        "column.started.tip": ("In this computer's time zone", "按本机时区显示"),
        "network": ("network", "仅网络"),
        # the table's own filters, by AG Grid's keys
        "grid.filterOoo": ("Filter …", "筛选……"),
        "grid.equals": ("Equals", "等于"),
        "grid.notEqual": ("Does not equal", "不等于"),
        "grid.blank": ("Blank", "为空"),
        "grid.notBlank": ("Not blank", "不为空"),
        "grid.lessThan": ("Less than", "小于"),
        "grid.greaterThan": ("Greater than", "大于"),
        "grid.lessThanOrEqual": ("At most", "小于等于"),
        "grid.greaterThanOrEqual": ("At least", "大于等于"),
        "grid.inRange": ("Between", "介于"),
        "grid.inRangeStart": ("From", "从"),
        "grid.inRangeEnd": ("To", "到"),
        "grid.contains": ("Contains", "包含"),
        "grid.notContains": ("Does not contain", "不包含"),
        "grid.startsWith": ("Begins with", "开头为"),
        "grid.endsWith": ("Ends with", "结尾为"),
        "grid.andCondition": ("and", "并且"),
        "grid.orCondition": ("or", "或者"),
        "grid.noRowsToShow": ("No runs", "没有运行"),
        "grid.noMatchingRows": ("No run matches the filters", "没有符合筛选条件的运行"),
        "grid.ariaRowToggleSelection": ("Press Space to pick this run", "按空格键选取这次运行"),
        "grid.ariaRowDeselect": ("Press Space to let go of this run", "按空格键取消选取"),
        "grid.ariaRowSelect": ("Press Space to pick this run", "按空格键选取这次运行"),
        "grid.ariaHeaderSelection": ("Column with a box to pick all", "带全选框的列"),
        "grid.ariaSelectAllRows": ("Press Space to pick all runs", "按空格键选取全部运行"),
        "grid.ariaToggleSelection": ("Pick", "选取"),
        "grid.ariaChecked": ("picked", "已选取"),
        "grid.ariaUnchecked": ("not picked", "未选取"),
        "grid.ariaColumn": ("Column", "列"),
        "grid.ariaColumnFiltered": ("Column is filtered", "该列已筛选"),
        "grid.ariaFilterInput": ("Filter", "筛选输入"),
        "grid.ariaFilterValue": ("Value of the filter", "筛选值"),
        "grid.ariaFilteringOperator": ("Kind of filter", "筛选方式"),
        "grid.ariaMenuColumn": ("Press Alt and Down to open the column's menu", "按 Alt+下方向键打开列菜单"),
        "grid.ariaFilterColumn": ("Press Ctrl and Enter to open the filter", "按 Ctrl+回车键打开筛选"),
        "grid.ariaSortableColumn": ("Press Enter to sort", "按回车键排序"),
        # one run
        "run.network": ("network only", "仅网络实验"),
        "run.seed": ("seed {seed}", "种子 {seed}"),
        "run.accuracy": ("Accuracy", "准确率"),
        "run.at-devices": ("{value} at devices", "设备端 {value}"),
        "run.best": ("best {value}", "最佳 {value}"),
        "run.on-test": ("on the test set", "在测试集上"),
        "run.transfers": ("Transfers", "传输次数"),
        "run.no-learning": ("nothing learns in this run", "这次运行中没有学习任务"),
        "run.last-end": ("last one ended at {time}", "最后一次结束于 {time}"),
        "run.bytes": ("Bytes carried", "传输字节数"),
        "run.all-links": ("by all links together", "所有链路合计"),
        "run.virtual": ("Virtual time", "虚拟时间"),
        "run.wall": ("{time} of wall time", "实际用时 {time}"),
        "run.energy": ("Energy", "能耗"),
        "run.energy.of": ("nodes and links", "节点与链路合计"),
        "run.packets": ("Packets sent", "已发送的包"),
        "run.delivered": ("{delivered} delivered, {dropped} dropped", "送达 {delivered}，丢弃 {dropped}"),
        "run.expectations": ("Expectations", "期望条件"),
        "run.held": ("held", "满足"),
        "run.not-held": ("failed", "未满足"),
        "run.unmet": ("Expectations that failed: {count}", "未满足的期望条件：{count}"),
        "run.error.interrupted": ("interrupted", "已中断"),
        "run.is": ("is {value}", "实际值 {value}"),
        "run.charts": ("Charts", "图表"),
        "run.again": ("Run it again with changes", "修改后再次运行"),
        "run.sweep": ("Compare the {count} runs of its sweep", "比较同一扫描的 {count} 次运行"),
        "run.stop": ("Stop this run", "停止这次运行"),
        # charts
        "chart.export": ("Save {title}", "保存“{title}”"),
        "chart.save": ("Save", "保存"),
        "chart.waiting": ("This chart is being drawn", "正在绘制图表"),
        "chart.nothing": ("Nothing of this kind was recorded", "没有此类记录"),
        "chart.click": (
            "Click the chart, or focus it and use the arrow keys, to move the time everywhere",
            "点击图表，或聚焦后用方向键，可在所有视图中移动时间",
        ),
        "axis.time": ("Virtual time [s]", "虚拟时间 [s]"),
        "axis.bytes": ("Bytes carried by all links [MB]", "所有链路传输的字节数 [MB]"),
        "axis.energy": ("Energy spent [J]", "消耗的能量 [J]"),
        "axis.accuracy": ("Accuracy", "准确率"),
        "axis.rate": ("Rate [Mbit/s]", "速率 [Mbit/s]"),
        "axis.joules": ("Energy [J]", "能量 [J]"),
        "axis.packet": ("Model packet", "模型包"),
        "axis.node": ("Node", "节点"),
        "axis.transfers": ("Transfers", "传输数"),
        "axis.share": ("Share of the data holders", "已访问数据持有者的比例"),
        "choice.show": ("Show", "显示"),
        "choice.by.tier": ("Tiers", "层级"),
        "choice.by.node": ("Nodes", "节点"),
        "choice.by.packet": ("Packets", "模型包"),
        "choice.against": ("Against", "横轴"),
        "choice.x.time": ("Time", "时间"),
        "choice.x.bytes": ("Bytes", "字节"),
        "choice.x.energy": ("Joules", "焦耳"),
        "choice.of.utilisation": ("Utilisation", "利用率"),
        "choice.of.queue": ("Queue", "队列"),
        "choice.rows.packet": ("Packets", "模型包"),
        "choice.rows.node": ("Nodes", "节点"),
        "choice.seen.matrix": ("By node", "按节点"),
        "choice.seen.time": ("Over time", "随时间"),
        "accuracy": ("Accuracy on the test set", "测试集准确率"),
        "accuracy.answer": ("answer models", "答案模型"),
        "accuracy.holders": ("mean over devices", "设备平均"),
        "accuracy.tier": ("held at tier {tier}", "{tier} 层所持模型"),
        "accuracy.each-packet": ("each packet", "每个模型包"),
        "accuracy.summary": (
            "The answer reaches {last} at the end; its best is {best} at {time}.",
            "答案模型最终达到 {last}；最佳值 {best} 出现在 {time}。",
        ),
        "accuracy.stall": (
            " The longest time without a better value begins at {time} and lasts {length}.",
            "最长的停滞始于 {time}，持续 {length}。",
        ),
        "accuracy.stalled": ("no better value", "没有更优值"),
        "accuracy.some": (" {shown} of {count} curves are drawn.", "共 {count} 条曲线，绘制了 {shown} 条。"),
        "moment.best": ("best value", "最佳值"),
        "moment.stall": ("stall", "停滞"),
        "moment.peak": ("busiest moment", "最繁忙的时刻"),
        "moment.link": ("bottleneck at its highest", "瓶颈峰值"),
        "moment.go": ("Go to this moment", "转到这一时刻"),
        "traffic": ("Traffic by class of link", "各类链路的流量"),
        "traffic.summary": (
            "{total} in all, most of it on {top}; the busiest moment is at {time} with {peak}.",
            "共 {total}，其中 {top} 最多；最繁忙的时刻在 {time}，达 {peak}。",
        ),
        "class.access-up": ("access, up", "接入上行"),
        "class.access-down": ("access, down", "接入下行"),
        "class.backhaul": ("backhaul", "回传"),
        "class.core": ("core", "核心网"),
        "class.d2d": ("device to device", "设备直连"),
        "class.other": ("other", "其他"),
        "links": ("Load of links over time", "链路负载随时间变化"),
        "links.utilisation": ("utilisation", "利用率"),
        "links.queue": ("transfers in progress on a link", "链路上进行中的传输数"),
        "links.transfers": ("{value} transfers in progress", "{value} 个传输在进行"),
        "links.besides": (
            " Below them is {link}, which is picked.",
            "其下方是选中的 {link}。",
        ),
        "links.summary": (
            "The bottleneck is {link}: {value} on average, highest at {time}. {shown} of {count} links that carried "
            "something are drawn, the busiest at the top.",
            "瓶颈是 {link}：平均 {value}，最高出现在 {time}。共 {count} 条链路传输过数据，"
            "绘制了 {shown} 条，最繁忙的在最上面。",
        ),
        "links.quiet": ("No link carried anything.", "没有链路传输过数据。"),
        "journeys": ("Journeys of the models", "模型的旅程"),
        "journeys.transfer": ("transfer", "传输"),
        "journeys.wait": ("wait", "等待"),
        "journeys.train": ("train", "训练"),
        "journeys.merge": ("merge", "合并"),
        "journeys.shared": ("many short pieces, drawn in proportion", "许多短片段，按比例绘制"),
        "journeys.summary": (
            "{shown} of {count} rows are drawn. Of their time {transfer} went into transfers, {train} into training "
            "and {wait} into waiting.",
            "共 {count} 行，绘制了 {shown} 行。其时间中传输占 {transfer}，训练占 {train}，等待占 {wait}。",
        ),
        "energy": ("Energy by cause", "按原因划分的能耗"),
        "energy.compute": ("compute", "计算"),
        "energy.radio": ("radio", "无线"),
        "energy.link": ("wired links", "有线链路"),
        "energy.idle": ("idle", "空闲"),
        "energy.nodes": ("nodes", "节点"),
        "energy.links": ("links", "链路"),
        "energy.tier": ("tier {tier}", "{tier} 层"),
        "energy.summary": (
            "{total} in all; {share} of it for {cause}.",
            "共 {total}；其中 {share} 用于{cause}。",
        ),
        "energy.partly": (
            " The causes are known when the run has ended; until then nodes and links are told apart.",
            "运行结束后才能区分原因；在此之前只区分节点与链路。",
        ),
        "energy.cut-off": (
            " The causes were not written, since the run did not end in order: only nodes and links are told apart.",
            "运行未正常结束，原因没有写入：只区分节点与链路。",
        ),
        "energy.unwritten": (
            " The run has not written the causes: only nodes and links are told apart.",
            "这次运行没有写入原因：只区分节点与链路。",
        ),
        "seen": ("Data each model has seen", "每个模型见过的数据"),
        "seen.jobs": ("trainings", "训练次数"),
        "seen.summary": (
            "At the end a model has been trained on the data of {mean} of {count} nodes on average; "
            "the least travelled on {least}.",
            "结束时，每个模型平均在 {count} 个节点中的 {mean} 个节点的数据上训练过；最少的为 {least} 个。",
        ),
        "seen.mean": ("mean over models", "模型平均"),
        "transfers": ("Transfers in progress", "进行中的传输"),
        "transfers.one": ("transfers", "传输"),
        "transfers.summary": (
            "At most {most} transfers are in progress at once, at {time}.",
            "同时进行的传输最多为 {most} 个，出现在 {time}。",
        ),
        "tier.device": ("device", "设备"),
        "tier.edge": ("edge", "边缘"),
        "tier.cloud": ("cloud", "云"),
        # compare
        "compare": ("Compare runs", "比较运行"),
        "compare.none": (
            "No runs were picked. Pick two or more in the table of runs.",
            "尚未选取运行。请在运行列表中选取两次或更多。",
        ),
        "compare.many": (
            "{count} runs were picked; the first {most} are compared.",
            "选取了 {count} 次运行；比较前 {most} 次。",
        ),
        "compare.unreadable": ("None of these runs can be read.", "这些运行都无法读取。"),
        "compare.left-out": ("Left out: {name}: {reason}", "已略去：{name}：{reason}"),
        "compare.groups": ("Groups", "分组"),
        "compare.groups.how": (
            "Runs whose scenarios differ in nothing but the seed and what they expect are replications of one group. "
            "Lines are means, bands 95% confidence intervals of the mean (Student's t).",
            "场景仅种子与期望条件不同的运行视为同一组的重复实验。"
            "线为平均值，带为平均值的 95% 置信区间（Student t 分布）。",
        ),
        "compare.runs": ("Runs", "运行次数"),
        "curves": ("Accuracy of the answer", "答案模型的准确率"),
        "curves.summary": (
            "At the end: {values}.",
            "结束时：{values}。",
        ),
        "curves.none": ("None of these runs learns.", "这些运行都没有学习任务。"),
        "compare.band": ("{name}, 95% interval", "{name}，95% 区间"),
        "compare.outcome": ("Differences in outcome", "结果的差异"),
        "compare.outcome.how": (
            "After ± is half the width of the 95% confidence interval. A percentage with a sign is the change relative "
            "to the mean of the first group, for accuracies too: +5.0% from 0.800 is 0.840.",
            "± 之后为 95% 置信区间的半宽。带正负号的百分比是相对于第一组平均值的变化，准确率也是如此："
            "0.800 的 +5.0% 为 0.840。",
        ),
        "compare.scenario": ("Differences in scenario", "场景的差异"),
        "compare.scenario.none": (
            "The scenarios are the same but for the seed and what they expect.",
            "除种子与期望条件外，场景完全相同。",
        ),
        "compare.scenario.some": (
            "The first {most} of {count} differing keys are listed.",
            "共有 {count} 个不同的键，列出前 {most} 个。",
        ),
        "compare.key": ("Key", "键"),
        "compare.absent": ("not set", "未设置"),
        "compare.figure": ("Figure", "指标"),
        "compare.export": ("Save as CSV", "保存为 CSV"),
        "outcome.accuracy_final": ("Accuracy, final", "最终准确率"),
        "outcome.accuracy_nodes": ("Accuracy at devices", "设备端准确率"),
        "outcome.accuracy_best": ("Accuracy, best", "最佳准确率"),
        "outcome.bytes_total": ("Bytes carried", "传输字节数"),
        "outcome.energy_j": ("Energy", "能耗"),
        "outcome.virtual_s": ("Virtual time", "虚拟时间"),
        "outcome.wall_s": ("Wall time", "实际用时"),
        "outcome.packets_sent": ("Packets sent", "已发送的包"),
        "outcome.packets_delivered": ("Packets delivered", "送达的包"),
        "outcome.packets_dropped": ("Packets dropped", "丢弃的包"),
        # launch
        "launch": ("New run", "新建运行"),
        "launch.off": (
            "Runs cannot be started from this page. Start the dashboard with: wayfare dashboard --allow-runs",
            "本页不能启动运行。请这样启动仪表板：wayfare dashboard --allow-runs",
        ),
        "launch.start-from": ("Start from", "起始场景"),
        "launch.scenario": ("Scenario", "场景"),
        "launch.scenario.how": (
            "YAML. Ctrl+Space offers the keys and values that fit here. Escape, then Tab, leaves the editor. "
            "With sweep, matrix or replications all its runs are made, as wayfare sweep does.",
            "YAML 格式。按 Ctrl+Space 列出此处可用的键和值。先按 Esc 再按 Tab 可离开编辑器。"
            "若含 sweep、matrix 或 replications，则与 wayfare sweep 一样执行全部运行。",
        ),
        "launch.help": ("Help", "说明"),
        "launch.help.none": (
            "Put the cursor on a key: its meaning, unit, default and limits appear here.",
            "把光标放在某个键上，这里会显示它的含义、单位、默认值和取值范围。",
        ),
        "launch.allowed": ("allowed", "可取值"),
        "launch.default": ("default", "默认值"),
        "launch.required": ("required", "必填"),
        "launch.example": ("for example", "例如"),
        "launch.between": ("limits", "范围"),
        "launch.unknown": ("is no key here", "不是此处的键"),
        "launch.suggestions": ("Suggestions", "建议"),
        "launch.check": ("Check", "检查"),
        "launch.checking": ("Checking …", "正在检查……"),
        "launch.sound": ("No problem found.", "没有发现问题。"),
        "launch.problems": ("Problems", "问题"),
        "launch.run": ("Run", "运行"),
        "launch.starting": ("Starting …", "正在启动……"),
        "launch.mine": ("Started from this page", "从本页启动的运行"),
        "launch.watch": ("Watch", "查看"),
        "launch.stop": ("Stop", "停止"),
        "launch.line": ("line {line}", "第 {line} 行"),
    }
)


@dataclass(frozen=True)
class Words:
    """The texts in one language."""

    language: str

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a text with its values filled in.

        Raises:
            KeyError: There is no such text.
        """
        text = TEXTS[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def of(self, family: str, name: str, otherwise: str | None = None) -> str:
        """Return the text of a name that a run gives, such as a class of link; of an unknown one the name itself."""
        key = f"{family}.{name}"
        return self(key) if key in TEXTS else (name if otherwise is None else otherwise)


def words_of(language: str | None) -> Words:
    """Return the texts in a language; in English for anything else a browser may say."""
    return Words(language if language in LANGUAGES else "en")
