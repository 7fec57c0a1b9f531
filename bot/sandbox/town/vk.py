"""The state of the company's wall on a VK-like network: the same posts and comments as a page's, with VK's numbers."""

from dataclasses import dataclass

from bot.sandbox.town.facebook import Entry, Facebook

GROUP = "777000111"
USER_TOKEN = "sandbox-vk-user-token"  # noqa: S105 - the pretend administrator's token, known to everybody


@dataclass
class VkWall(Facebook):
    """One community with an open wall: anybody posts and comments there. ``page_id`` is the community's number."""

    page_id: str = GROUP
    page_name: str = "Київстар (пісочниця) ВК"

    def link(self, entry: Entry, origin: str = "") -> str:
        """The address on the human page."""
        address = f"{self.base_url or origin}/vk/posts/{entry.post_id}"
        return address if entry.is_post else f"{address}#comment-{entry.id}"

    def post_of(self, number: int) -> Entry | None:
        """The post with VK's number."""
        return self.find(f"{self.page_id}_{number}")

    def comment_of(self, post: Entry, number: int) -> Entry | None:
        """The comment under a post with VK's number."""
        return next((one for one in self.comments(post.id) if one.number == number), None)

    def author_number(self, entry: Entry) -> int:
        """VK's number of who wrote it: a person's is positive, the community's own negative."""
        if entry.author.id == self.page_id:
            return -int(self.page_id)
        return 500_000_000 + int(entry.author.id) % 100_000_000
