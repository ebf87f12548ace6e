from wayfare.emulator.clock import Clock, Turn
from wayfare.emulator.mailbox import Mailbox
from wayfare.emulator.packets import ModelPacket, PacketKind


def packet(number):
    return ModelPacket(PacketKind.DATA, number, b"", {})


class Post:
    """A mailbox with programs that read it and a note of what they got."""

    def __init__(self):
        self.clock, self.got = Clock(), []
        self.mailbox = Mailbox(self.clock, 0)

    def put(self, at_s, number, turn=Turn.ARRIVAL):
        self.clock.at(at_s, turn, 0, lambda: self.mailbox.put(packet(number)))

    def reader(self, name, timeouts, start_s=0.0):
        def program():
            yield self.clock.timeout(start_s)
            for timeout_s in timeouts:
                found = yield self.mailbox.get(self.clock.event(), timeout_s)
                self.got.append((name, found and found.packet, self.clock.now))

        self.clock.process(program())

    def newest_reader(self, name, times, start_s=0.0):
        def program():
            yield self.clock.timeout(start_s)
            for _ in range(times):
                found = yield self.mailbox.get_newest(self.clock.event())
                self.got.append((name, found.packet, self.clock.now))

        self.clock.process(program())


def test_packets_are_read_in_the_order_of_arrival():
    post = Post()
    for number in range(3):
        post.put(1.0 + number, number)
    post.reader("r", [None] * 3, start_s=10.0)
    post.clock.run()
    assert post.got == [("r", 0, 10.0), ("r", 1, 10.0), ("r", 2, 10.0)]


def test_who_waits_longest_is_served_first():
    post = Post()
    post.reader("late", [None], start_s=2.0)
    post.reader("early", [None], start_s=1.0)
    post.put(3.0, 7)
    post.put(4.0, 8)
    post.clock.run()
    assert post.got == [("early", 7, 3.0), ("late", 8, 4.0)]


def test_a_reader_gives_up_after_its_timeout_and_the_packet_stays_for_the_next():
    post = Post()
    post.reader("r", [1.0, 5.0])
    post.put(3.0, 7)
    post.clock.run()
    assert post.got == [("r", None, 1.0), ("r", 7, 3.0)]


def test_a_packet_that_arrives_in_the_last_instant_is_in_time():
    post = Post()
    post.reader("r", [2.0])
    post.put(2.0, 7)
    post.clock.run()
    assert post.got == [("r", 7, 2.0)]


def test_a_timeout_that_was_not_needed_disturbs_no_later_wait():
    post = Post()
    post.reader("r", [5.0, None])
    post.put(1.0, 7)
    post.put(9.0, 8)
    post.clock.run()
    assert post.got == [("r", 7, 1.0), ("r", 8, 9.0)]


def test_a_waiting_packet_is_there_at_once():
    post = Post()
    post.put(0.0, 7)
    post.reader("r", [0.0], start_s=1.0)
    post.clock.run()
    assert post.got == [("r", 7, 1.0)]


def test_of_several_that_wait_the_newest_is_read_and_the_others_are_gone():
    post = Post()
    for number in range(3):
        post.put(1.0, number)
    post.put(5.0, 3)
    post.newest_reader("r", 2, start_s=2.0)
    post.clock.run()
    assert post.got == [("r", 2, 2.0), ("r", 3, 5.0)]


def test_of_several_that_arrive_at_one_instant_a_waiting_reader_gets_the_last():
    post = Post()
    post.newest_reader("r", 2)
    for number in range(3):
        post.put(1.0, number)
    post.put(2.0, 3)
    post.clock.run()
    assert post.got == [("r", 2, 1.0), ("r", 3, 2.0)]
