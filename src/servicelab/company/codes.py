"""The codes that columns hold, with a label for each in English and Chinese."""

from __future__ import annotations

SEGMENTS: dict[str | int, tuple[str, str]] = {
    "young_renter": ("Young renter", "年轻租房族"),
    "new_family": ("New family", "新婚与有娃家庭"),
    "home_improver": ("Home improver", "装修换新家庭"),
    "senior": ("Senior", "银发顾客"),
}
NEEDS: dict[str | int, tuple[str, str]] = {
    "functional": ("Functional", "功能性需求"),
    "emotional": ("Emotional", "情感性需求"),
    "normative": ("Normative", "规范性需求"),
    "implicit": ("Implicit", "隐含需求"),
}
KINDS = {need: label for need, label in NEEDS.items() if need != "implicit"}
CHANNELS: dict[str | int, tuple[str, str]] = {
    "phone": ("Phone", "400 热线"),
    "chat": ("Chat", "在线客服"),
    "email": ("E-mail", "邮件"),
    "wechat": ("WeChat", "企业微信"),
    "shop": ("Shop desk", "门店服务台"),
    "expert": ("Second line", "二线专家"),
    "self_service": ("Assistant", "智能助手"),
}
#: Where people answer: every channel but the assistant.
LINES = {channel: label for channel, label in CHANNELS.items() if channel != "self_service"}
#: Where an order is placed.
SALES_CHANNELS: dict[str | int, tuple[str, str]] = {
    "shop": ("Shop", "门店"),
    "web": ("Website", "官网"),
    "app": ("App", "App"),
    "mini_program": ("WeChat mini programme", "小程序"),
}
CONTACT_KINDS: dict[str | int, tuple[str, str]] = {
    "first": ("First contact", "首次来询"),
    "repeat": ("Repeat", "重复来询"),
    "transfer": ("Transfer", "转接"),
    "switch": ("Change of channel", "换渠道"),
}
INTENTS: dict[str | int, tuple[str, str]] = {
    "presale": ("Question before buying", "售前咨询"),
    "where_is_order": ("Where is my order?", "查物流"),
    "change_delivery": ("Change of delivery", "改约配送"),
    "damaged": ("Damaged goods", "商品破损"),
    "defect": ("Defect", "质量故障"),
    "return": ("Return or exchange", "退换货"),
    "invoice": ("Invoice", "发票"),
    "price": ("Price or discount", "价格与优惠"),
    "app_problem": ("Trouble with app or website", "App 或网站故障"),
    "complaint": ("Complaint", "投诉"),
}
DEPARTMENTS: dict[str | int, tuple[str, str]] = {
    "sales": ("Sales", "销售部"),
    "logistics": ("Logistics", "物流部"),
    "warehouse": ("Warehouse", "仓储部"),
    "product": ("Product", "商品部"),
    "finance": ("Finance", "财务部"),
    "marketing": ("Marketing", "市场部"),
    "it": ("IT", "信息技术部"),
    "service": ("Customer service", "客服部"),
}
CASE_KINDS: dict[str | int, tuple[str, str]] = {
    "return": ("Return", "退货"),
    "repair": ("Repair", "维修"),
}
TOUCHPOINTS: dict[str | int, tuple[str, str]] = {
    "advert": ("Advertisement", "广告"),
    "search": ("Search", "搜索"),
    "website": ("Website", "官网"),
    "wechat_shop": ("WeChat shop", "微商城"),
    "community": ("WeChat community", "企业微信社群"),
    "video_guide": ("Video guide", "导购视频"),
    "shop_visit": ("Visit to a shop", "到店"),
    "adviser": ("Home adviser", "家装顾问"),
    "checkout": ("Checkout", "下单付款"),
    "delivery": ("Delivery", "送货上门"),
    "assembly": ("Assembly at home", "上门安装"),
    "care_message": ("Care message", "关怀消息"),
}
STAGES: dict[str | int, tuple[str, str]] = {
    "before": ("Before buying", "购买前"),
    "during": ("Buying and delivery", "购买与交付"),
    "after": ("After delivery", "交付之后"),
}
HOLIDAYS: dict[str | int, tuple[str, str]] = {
    "new_year": ("New Year", "元旦"),
    "spring_festival": ("Spring Festival", "春节"),
    "qingming": ("Qingming", "清明节"),
    "labour_day": ("Labour Day", "劳动节"),
    "dragon_boat": ("Dragon Boat Festival", "端午节"),
    "mid_autumn": ("Mid-Autumn Festival", "中秋节"),
    "national_day": ("National Day", "国庆节"),
}
WEEKDAYS: dict[str | int, tuple[str, str]] = {
    0: ("Monday", "星期一"),
    1: ("Tuesday", "星期二"),
    2: ("Wednesday", "星期三"),
    3: ("Thursday", "星期四"),
    4: ("Friday", "星期五"),
    5: ("Saturday", "星期六"),
    6: ("Sunday", "星期日"),
}
SALES: dict[str | int, tuple[str, str]] = {
    "mid_year": ("Mid-year sale (618)", "618"),
    "double_11": ("Double 11", "双11"),
}
SYSTEMS: dict[str | int, tuple[str, str]] = {
    "app": ("App", "App"),
    "order_system": ("Order system", "订单系统"),
    "payment": ("Payment", "支付系统"),
    "website": ("Website", "官网"),
}
DIMENSIONS: dict[str | int, tuple[str, str]] = {
    "tangibles": ("Tangibles", "有形性"),
    "reliability": ("Reliability", "可靠性"),
    "responsiveness": ("Responsiveness", "响应性"),
    "assurance": ("Assurance", "保证性"),
    "empathy": ("Empathy", "移情性"),
}
REMEDIES: dict[str | int, tuple[str, str]] = {
    "none": ("Neither", "既没道歉也没解决"),
    "apology": ("Apology only", "只道歉"),
    "fix": ("Fix only", "只解决"),
    "both": ("Apology and fix", "道歉并解决"),
}
THEMES: dict[str | int, tuple[str, str]] = {
    "personalisation": ("Personalisation", "个性化"),
    "experience": ("Experience first", "体验至上"),
    "quality": ("Quality", "品质意识"),
    "green": ("Green", "绿色环保"),
    "convenience": ("Convenience", "便捷性"),
    "emotional_connection": ("Emotional connection", "情感连接"),
}
WAREHOUSES: dict[str | int, tuple[str, str]] = {
    "Langfang": ("Langfang (north)", "廊坊仓（华北）"),
    "Kunshan": ("Kunshan (east)", "昆山仓（华东）"),
    "Foshan": ("Foshan (south)", "佛山仓（华南）"),
    "Wuhan": ("Wuhan (centre)", "武汉仓（华中）"),
    "Chengdu": ("Chengdu (west)", "成都仓（西南）"),
}
LIKERT: dict[str | int, tuple[str, str]] = {
    1: ("I like it", "我很喜欢"),
    2: ("I expect it", "理应如此"),
    3: ("I don't mind", "无所谓"),
    4: ("I can live with it", "勉强接受"),
    5: ("I dislike it", "我很不喜欢"),
}
#: The parts of the firm, in the order in which the tables are listed.
SUBJECTS: dict[str, tuple[str, str]] = {
    "trade": ("Customers, shops, orders", "客户、门店与订单"),
    "service": ("Contacts and lines", "来询与线路"),
    "people": ("People", "人员"),
    "process": ("After-sales and operations", "售后与运营"),
    "marketing": ("Marketing", "营销"),
    "surveys": ("Surveys", "调查"),
}
