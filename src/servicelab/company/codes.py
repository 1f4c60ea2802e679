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
}
REMEDIES: dict[str | int, tuple[str, str]] = {
    "none": ("Neither", "两者皆无"),
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
