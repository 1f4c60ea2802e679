"""The service features: their names and what each promises, in both languages."""

from __future__ import annotations

#: name: (English, Chinese, description in English, in Chinese)
FEATURES = {
    "on_time_delivery": (
        "On-time delivery",
        "准时送达",
        "The order arrives within the promised days.",
        "订单在承诺的天数内送达。",
    ),
    "intact_packaging": (
        "Goods arrive intact",
        "完好到货",
        "Packed so that nothing is scratched, dented or broken on arrival.",
        "包装牢固，到货无划痕、无磕碰、无破损。",
    ),
    "warranty_repair": (
        "Warranty repair",
        "三包维修",
        "A fault within the warranty is repaired at home, free of charge.",
        "三包期内出现故障，免费上门维修。",
    ),
    "easy_returns": (
        "Easy returns",
        "退换便捷",
        "Return or exchange in a few taps, collected at the door, money back within three days.",
        "几步即可申请退换，上门取件，三天内退款。",
    ),
    "assembly_service": (
        "Assembly at home",
        "上门安装",
        "A fitter assembles the furniture at an agreed time.",
        "师傅按约定时间上门安装家具。",
    ),
    "human_hotline": (
        "A person on the hotline",
        "人工热线",
        "The 400 hotline is answered by a person within a minute.",
        "400 热线一分钟内由真人接听。",
    ),
    "price_protection": (
        "Price protection",
        "价格保护",
        "The difference is paid back when the price falls within 30 days.",
        "购买后 30 天内降价，退还差价。",
    ),
    "e_invoice": (
        "E-invoice",
        "电子发票",
        "A correct electronic invoice, issued in the app without asking.",
        "小程序内自动开具、信息准确的电子发票。",
    ),
    "delivery_window_choice": (
        "Choice of delivery slot",
        "预约送货时段",
        "The customer picks a two-hour slot, evenings and weekends included.",
        "可选两小时送货时段，含晚间和周末。",
    ),
    "installation_photo_guide": (
        "Photo guide for assembly",
        "图文安装指引",
        "Step-by-step pictures and a short film for putting it together oneself.",
        "一步一图加短视频，自己动手也能装好。",
    ),
    "green_packaging": (
        "Green packaging",
        "环保包装",
        "Recycled cartons, no foam, wrapping taken back on delivery.",
        "再生纸箱、无泡沫，送货时回收包装。",
    ),
    "personal_styling": (
        "Personal styling",
        "搭配顾问",
        "An adviser suggests furniture, light and colour for the customer's own rooms.",
        "搭配师根据您家的房间给出家具、灯光和色彩建议。",
    ),
    "anniversary_surprise": (
        "Anniversary surprise",
        "周年惊喜",
        "A card and a small gift on the membership anniversary.",
        "入会周年时寄上贺卡和小礼物。",
    ),
    "bot_first_reply": (
        "Assistant answers first",
        "智能助手先答",
        "The app's assistant replies at once, a person only on request.",
        "小程序智能助手秒回，需要时再转人工。",
    ),
}
