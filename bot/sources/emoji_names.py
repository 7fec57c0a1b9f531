"""Names of emoji → the emoji, for engines that show them as pictures named ``:rage:``.

The faces, hands and signs that carry a post's mood are here; any other name stays as it is written.
"""

from __future__ import annotations

import re

_NAME = re.compile(r":([a-z0-9_+\-]+):(?:t([2-6]):)?")
_TONES = {"2": "🏻", "3": "🏼", "4": "🏽", "5": "🏾", "6": "🏿"}
_TABLE = """
😀 grinning, 😃 smiley, 😄 smile, 😁 grin, 😆 laughing satisfied, 😅 sweat_smile, 🤣 rofl, 😂 joy, 🙂
slight_smile slightly_smiling_face, 🙃 upside_down_face upside_down, 😉 wink, 😊 blush, 😇 innocent, 🥰
smiling_face_with_three_hearts, 😍 heart_eyes, 🤩 star_struck, 😘 kissing_heart, 😗 kissing, ☺️ relaxed,
😚 kissing_closed_eyes, 😙 kissing_smiling_eyes, 🥲 smiling_face_with_tear, 😋 yum, 😛 stuck_out_tongue,
😜 stuck_out_tongue_winking_eye, 🤪 zany_face crazy_face, 😝 stuck_out_tongue_closed_eyes, 🤑
money_mouth_face, 🤗 hugs hugging hugging_face, 🤭 face_with_hand_over_mouth hand_over_mouth, 🤫
shushing_face, 🤔 thinking thinking_face, 🤐 zipper_mouth_face, 🤨 raised_eyebrow
face_with_raised_eyebrow, 😐 neutral_face, 😑 expressionless, 😶 no_mouth, 😏 smirk, 😒 unamused, 🙄
roll_eyes rolling_eyes, 😬 grimacing, 🤥 lying_face, 😌 relieved, 😔 pensive, 😪 sleepy, 🤤 drooling_face,
😴 sleeping, 😷 mask, 🤒 face_with_thermometer, 🤕 face_with_head_bandage, 🤢 nauseated_face, 🤮
vomiting_face face_vomiting, 🤧 sneezing_face, 🥵 hot_face, 🥶 cold_face, 🥴 woozy_face, 😵 dizzy_face, 🤯
exploding_head, 🤠 cowboy_hat_face, 🥳 partying_face, 😎 sunglasses, 🤓 nerd_face, 🧐 face_with_monocle
monocle_face, 😕 confused, 😟 worried, 🙁 slightly_frowning_face slight_frown, ☹️ frowning_face
frowning2 white_frowning_face, 😮 open_mouth, 😯 hushed, 😲 astonished, 😳 flushed, 🥺 pleading_face, 😦
frowning, 😧 anguished, 😨 fearful, 😰 cold_sweat, 😥 disappointed_relieved, 😢 cry, 😭 sob, 😱 scream, 😖
confounded, 😣 persevere, 😞 disappointed, 😓 sweat, 😩 weary, 😫 tired_face, 🥱 yawning_face, 😤 triumph,
😡 rage pout, 😠 angry, 🤬 cursing_face symbols_over_mouth face_with_symbols_over_mouth, 😈 smiling_imp,
👿 imp, 💀 skull, ☠️ skull_and_crossbones, 💩 poop hankey shit, 🤡 clown_face, 👻 ghost, 👽 alien, 🤖
robot, 😺 smiley_cat, 😿 crying_cat_face, 😾 pouting_cat, 🙈 see_no_evil, 🙉 hear_no_evil, 🙊
speak_no_evil, 💋 kiss, 💔 broken_heart, ❤️ heart, 🧡 orange_heart, 💛 yellow_heart, 💚 green_heart, 💙
blue_heart, 💜 purple_heart, 🖤 black_heart, 🤍 white_heart, 💕 two_hearts, 💖 sparkling_heart, 💯 100, 💢
anger, 💥 boom collision, 💤 zzz, 👋 wave, ✋ raised_hand, 👌 ok_hand, ✌️ v, 🤞 crossed_fingers
fingers_crossed, 🤟 love_you_gesture, 🤘 metal, 🤙 call_me_hand, 👈 point_left, 👉 point_right, 👆
point_up_2, 👇 point_down, ☝️ point_up, 🖕 middle_finger fu, 👍 +1 thumbsup, 👎 -1 thumbsdown, ✊ fist
fist_raised, 👊 facepunch punch fist_oncoming, 👏 clap, 🙌 raised_hands, 👐 open_hands, 🤝 handshake, 🙏
pray folded_hands, 💪 muscle, 🤦 facepalm person_facepalming, 🤦‍♂️ man_facepalming, 🤦‍♀️
woman_facepalming, 🤷 shrug person_shrugging, 🤷‍♂️ man_shrugging, 🤷‍♀️ woman_shrugging, 👀 eyes, 🔥
fire, ⭐ star, 🌟 star2, ✨ sparkles, ⚡ zap, 🎉 tada, 🎁 gift, 🏆 trophy, ☎️ phone telephone, 📞
telephone_receiver, 📱 iphone mobile_phone, 💻 computer laptop, 📶 signal_strength, 📡
satellite_antenna, 🔋 battery, 💡 bulb, 💰 moneybag, 💸 money_with_wings, 💳 credit_card, 📈
chart_with_upwards_trend, 📉 chart_with_downwards_trend, 🚀 rocket, ⏳ hourglass_flowing_sand, ⌛
hourglass, ⏰ alarm_clock, ✅ white_check_mark, ✔️ heavy_check_mark, ❌ x, ❎
negative_squared_cross_mark, ❓ question, ❔ grey_question, ❗ exclamation heavy_exclamation_mark, ❕
grey_exclamation, ‼️ bangbang, ⁉️ interrobang, ⚠️ warning, ⛔ no_entry, 🚫 no_entry_sign, 🆘 sos, 🆗 ok,
🐌 snail, 🐢 turtle, 🌹 rose, 🌻 sunflower, ☕ coffee, 🍻 beers, 🇺🇦 ukraine ua
"""
EMOJI = {
    name: emoji for emoji, *names in (line.split() for line in " ".join(_TABLE.split()).split(",")) for name in names
}
"""The emoji by its name without colons."""


def emoji_named(label: str) -> str:
    """The emoji that ``:name:`` or ``:name:t3:`` (with its skin tone) means; the label itself where it is not known."""
    match = _NAME.fullmatch(label)
    found = EMOJI.get(match[1]) if match else None
    if match is None or found is None:
        return label
    return found + _TONES.get(match[2] or "", "")
