"""The reports of the demo city, in every state a report can be in. All places and people are invented."""

from typing import Any

from config.demo.telling import Step, Story


def then(after: float, verb: str, **words: Any) -> Step:
    """One act, ``after`` hours from the one before."""
    return Step(after, verb, words)


PUBLISHED = then(0.4, "publish")
TAKEN = then(1.5, "accept")
BEGUN = then(3, "start")
OWNER_TAKES = then(1, "accept", role="owner")


def mended(text: str, confirmed: str, *, has_proof: bool = True) -> tuple[Step, ...]:
    """A firm takes it, mends it, and the bureau confirms."""
    done = then(20, "finish", text=text, has_proof=has_proof)
    return (PUBLISHED, TAKEN, BEGUN, done, then(4, "countersign", text=confirmed))


def answered(after: float, text: str) -> tuple[Step, ...]:
    """The bureau that owns it answers, and that is the end."""
    return (PUBLISHED, OWNER_TAKES, then(after, "finish", role="owner", text=text))


def ended(status: str, reason: str, text: str, **more: Any) -> Step:
    """The desk closes it."""
    return then(6, "end", status=status, reason=reason, text=text, **more)


# Lamps that were mended as lamps are: from these the city knows how long it takes.
LAMPS: tuple[Story, ...] = tuple(
    Story("street_light", "problem", text, where, days,
          (PUBLISHED, TAKEN, BEGUN, then(hours, "finish", text="灯具已更换。"), then(3, "countersign", text="复核合格。")))
    for text, where, days, hours in (
        ("公交站旁的路灯不亮。", (38.0542, 114.4871), 40, 6),
        ("地下通道出口两盏灯坏了。", (38.0391, 114.4976), 36, 14),
        ("天桥上的灯白天也亮着。", (38.0473, 114.5312), 33, 26),
        ("路灯忽明忽暗。", (38.0318, 114.5127), 29, 40),
        ("自行车道整段没有灯。", (38.0607, 114.5203), 27, 90),
    )
)  # fmt: skip

STORIES: tuple[Story, ...] = (
    # --- Resolved, most of them by a firm and countersigned
    Story("road_surface", "problem", "裕华路口东侧有个深坑，电动车很容易摔倒。", (38.0405, 114.5312), 24,
          (*mended("坑槽已铣刨重铺，现场已清理。", "现场复核合格，感谢您的上报。"), then(20, "support", by="Bob", count=6)),
          by="Alice", has_photo=True, answers={"is_collapse": False, "size": "wheel"}),
    Story("signal_fault", "problem", "路口红绿灯全部不亮，车辆互相抢行。", (38.0471, 114.4713), 20,
          mended("更换电源模块，信号恢复。", "已恢复正常。"), answers={"fault": "dark", "direction": "all"}),
    Story("manhole_cover", "problem", "便道上的井盖松动，踩上去会翘起来。", (38.0322, 114.5042), 18,
          mended("已更换井盖并加装防坠网。", "复核合格。"), has_photo=True),
    Story("street_light", "problem", "整条巷子的路灯三天没亮了。", (38.0581, 114.4822), 17,
          mended("线路接头烧坏，已修复，夜间复查正常。", "感谢您的耐心。", has_proof=False), by="Bob"),
    Story("restriction_rules", "enquiry", "外地牌照周末进城需要办通行证吗？", "市区东南口", 16,
          answered(5, "周末不限行，无需通行证；工作日请在平台上提前一天申请。"), channel="web"),
    Story("fares", "enquiry", "Do students from other cities get the student fare?", (38.0433, 114.5182), 15,
          answered(9, "Yes, with a valid student card at any service counter."), by="Bob", language="en"),
    Story("bus_stop", "suggestion", "站名和旁边的公园不一致，建议改名，免得老人坐错车。", (38.0512, 114.5421), 30,
          (PUBLISHED, then(8, "support", count=9), TAKEN, BEGUN,
           then(70, "finish", text="站名已更换，线路图同步更新。"),
           then(10, "countersign", text="建议已采纳。", reason="adopted")), by="Alice"),
    Story("licence_affairs", "enquiry", "换驾驶证可以在网上办吗？需要体检吗？", "网上咨询", 12,
          answered(3, "可以网上办理，体检可在合作医院完成后自动上传。")),
    Story("shared_bike", "problem", "地铁口共享单车堆满盲道。", (38.0436, 114.4987), 11,
          mended("已清理三十余辆，并在此处增设停放边界。", "现场复核合格。"), by="Alice", has_photo=True,
          answers={"matter": "parking", "bike_count": 30}),
    # --- In progress
    Story("road_surface", "problem", "公交专用道裂缝越来越大。", (38.0299, 114.4651), 5,
          (PUBLISHED, OWNER_TAKES, TAKEN, BEGUN, then(8, "note", text="材料已到场，计划后天夜间施工。")),
          answers={"is_collapse": False, "lane": "bus"}),
    Story("message_sign", "problem", "情报板显示的还是上周的封路信息。", (38.0617, 114.5131), 4,
          (PUBLISHED, TAKEN, BEGUN, then(5, "note", text="控制箱通信中断，正在更换模块。")), by="Bob"),
    Story("barrier", "problem", "护栏被撞歪，伸进了非机动车道。", (38.0264, 114.5234), 3, (PUBLISHED, TAKEN, BEGUN)),
    Story("parking_guidance", "problem", "诱导屏显示有空位，进去了却没有。", (38.0409, 114.5092), 6,
          (PUBLISHED, TAKEN, BEGUN, then(20, "finish", text="已校准车位检测器。"))),
    Story("street_light", "problem", "Lamp post leaning over the footpath.", (38.0355, 114.5608), 8,
          (PUBLISHED, TAKEN, BEGUN, then(30, "finish", text="Straightened."),
           then(10, "give_back", text="It still leans; please fix the base as well."))),
    Story("signal_timing", "problem", "行人绿灯太短，老人走不到一半。", (38.0488, 114.4902), 9,
          (PUBLISHED, OWNER_TAKES, then(3, "start", role="owner"),
           then(20, "note", role="owner", text="已采集高峰流量，本周试运行新配时。"), then(2, "support", by="Alice", count=12))),
    # --- Assigned, waiting for somebody
    Story("smart_parking", "complaint", "付款后仍然显示欠费。", (38.0421, 114.4951), 2, (PUBLISHED,),
          answers={"matter": "charge", "car_park": "河畔停车场", "paid_yuan": 12}),
    Story("arrival_info", "problem", "站牌显示两分钟到站，等了二十分钟。", (38.0551, 114.5287), 2, (PUBLISHED, TAKEN), by="Alice"),
    Story("transit_service", "complaint", "早高峰连续三班车甩站。", (38.0377, 114.4789), 3, (PUBLISHED,)),
    Story("sign_marking", "problem", "学校门口的人行横道线几乎看不见了。", (38.0633, 114.4801), 1.5, (PUBLISHED, TAKEN), has_photo=True),
    Story("water_ice", "problem", "地道桥下积水没过脚踝。", (38.0447, 114.4581), 0.4, (PUBLISHED, OWNER_TAKES),
          answers={"matter": "water", "depth": "ankle"}),
    Story("sensor_fault", "problem", "停车线前的检测器不起作用，夜里一直红灯。", (38.0503, 114.5398), 12, (PUBLISHED,)),
    Story("station_wayfinding", "suggestion", "换乘通道的指示箭头容易看反。", (38.0440, 114.5031), 1, (PUBLISHED,), by="Bob"),
    Story("congestion_spot", "problem", "医院门口每天下午都堵死，救护车进不去。", (38.0529, 114.5109), 7,
          (PUBLISHED, OWNER_TAKES, then(10, "answer", text="已安排高峰执勤，并研究单行方案。"), then(3, "support", count=21))),
    Story("crossing_safety", "complaint", "斑马线前没有车让行。", (38.0462, 114.5264), 4, (PUBLISHED, OWNER_TAKES)),
    Story("school_surroundings", "suggestion", "放学时段能不能设临时落客区？", (38.0588, 114.4701), 6, (PUBLISHED,), by="Alice"),
    # --- Declined, redirected, duplicate, withdrawn, disputed
    Story("direction_sign", "suggestion", "想在每个路口都立一块去公园的牌子。", (38.0395, 114.5187), 14,
          (PUBLISHED, ended("declined", "not_possible", "路口标志需按规范设置，过多会影响安全；公园主入口方向已有标志。"))),
    Story("live_traffic", "problem", "The map shows my street as jammed, it is empty.", (38.0671, 114.5391), 13,
          (PUBLISHED, TAKEN, then(5, "end", status="declined", reason="not_found",
                                  text="We compared the feed with the detectors for a week; they agree.")), language="en"),
    Story("map_data", "problem", "国道上的限速数据不对。", (38.1461, 114.5741), 12,
          (PUBLISHED, ended("redirected", "not_ours", "该路段由省公路部门管理，已告知对方。", redirected_to="省公路管理部门"))),
    Story("road_surface", "problem", "同一个坑，裕华路口东侧。", (38.0406, 114.5311), 23,
          (ended("duplicate", "same_matter", "与较早的一条上报是同一处，已合并跟进。", duplicate=True),), has_photo=True,
          answers={"is_collapse": False}),
    Story("shared_bike", "complaint", "想投诉单车扣费，后来已经退了。", (38.0427, 114.5156), 3, (then(2, "withdraw"),), by="Bob",
          answers={"matter": "charge", "paid_yuan": 15}),
    Story("manhole_cover", "problem", "补过的井盖又响了，整夜咣当响。", (38.0341, 114.4877), 10,
          (*mended("已垫实井圈。", "复核合格。"), then(30, "dispute", text="只安静了一个晚上，又开始响了。")), by="Alice"),
    # --- Declined by firms, handed over
    Story("barrier", "problem", "中央隔离墩缺了两块。", (38.0412, 114.4422), 5,
          (PUBLISHED, then(3, "refuse", reason="no_capacity", text="本周队伍都在抢修，无法按期完成。"))),
    Story("assisted_travel", "enquiry", "轮椅出行可以预约车吗？", (38.0466, 114.5217), 4,
          (PUBLISHED, then(5, "refuse", reason="not_ours", text="预约由服务中心办理。"), TAKEN), channel="phone", written_by="Hua"),
    Story("detour_notice", "problem", "绕行牌把人带进了死胡同。", (38.0333, 114.5377), 2,
          (PUBLISHED, TAKEN, then(2, "hand_over", role="owner", to="transport", text="公交改线引起的绕行，由交通运输局牵头。"))),
    # --- Triage
    Story("delivery_robots", "complaint", "配送机器人占着盲道不走。", (38.0445, 114.5302), 1),
    Story("delivery_robots", "suggestion", "希望给配送机器人划专门的停放区。", (38.0511, 114.5018), 6,
          (PUBLISHED, then(10, "assign", to="urban-management"), then(5, "accept", role="owner")), by="Bob"),
    Story("street_light", "problem", "小区北门外的路灯一闪一闪的。", "城东新村北门外", 0.6),
    # --- Private, hidden, held
    Story("violation_record", "enquiry", "有一条违法记录不是我的车，怎么申诉？", "网上咨询", 5, (OWNER_TAKES,), by="Alice"),
    Story("taxi_ride", "complaint", "司机绕路还拒绝开发票。", (38.0499, 114.4931), 4, (TAKEN,),
          answers={"ride": "ordered", "plate": "冀A·D0000"}),
    Story("public_notice", "complaint", "你们都是骗子（后面是与交通无关的谩骂）。", "网上咨询", 9,
          (then(1, "hide", reason="abuse"), ended("declined", "not_acceptable", "内容违反参与规则，已隐藏；您可以申诉。"))),
    Story("accessible_route", "problem", "地铁口无障碍坡道被小卖部占用。", (38.0438, 114.5129), 0.1, has_photo=True),
    Story("bus_on_demand", "suggestion", "Please add an early line from the east villages to the hospital.",
          (38.0361, 114.6511), 0.05, by="Bob", language="en"),
    *LAMPS,
)  # fmt: skip
