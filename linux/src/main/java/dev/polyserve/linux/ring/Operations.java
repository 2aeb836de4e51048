package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.FileCalls;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.SocketCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/// Where those that a ring watches order, and the lists of who is to be told, to order, or to be settled next.
///
/// **Thread**: the loop's.
final class Operations {
    private static final long ACCEPT = Submissions.head(RingLayout.OP_ACCEPT, 0, RingLayout.ACCEPT_MULTISHOT);
    private static final long RECEIVE = Submissions.head(RingLayout.OP_RECV, RingLayout.SQE_BUFFER_SELECT,
            RingLayout.RECV_MULTISHOT);
    private static final long RECEIVE_MESSAGES = Submissions.head(RingLayout.OP_RECVMSG,
            RingLayout.SQE_BUFFER_SELECT, RingLayout.RECV_MULTISHOT);
    private static final long SEND = Submissions.head(RingLayout.OP_SEND, RingLayout.SQE_CQE_SKIP_SUCCESS, 0);
    private static final long POLL = Submissions.head(RingLayout.OP_POLL_ADD, 0, 0);
    private static final long CANCEL = Submissions.head(RingLayout.OP_ASYNC_CANCEL, RingLayout.SQE_CQE_SKIP_SUCCESS,
            0);
    /// All of it or an answer that says how much, at once: never an order that waits for the peer.
    private static final int SEND_FLAGS = SocketCalls.MSG_DONTWAIT | SocketCalls.MSG_WAITALL
            | SocketCalls.MSG_NOSIGNAL;
    private static final int LAST_GROUP = 0xffff;
    private static final int ACCEPT_FLAGS = SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;

    private final CallMemory memory = CallMemory.small();
    private final Ring ring;
    private final ReceiveBuffers buffers;
    private final SendArena arena;
    private final BufferBudget budget;
    private final Completions.Completed completed = this::completed;
    private final RingHandleTable table = new RingHandleTable();
    private final ArrayList<RingHandle> ready = new ArrayList<>();
    private ArrayList<RingHandle> due = new ArrayList<>();
    /// The list of the last turn, to be used again.
    private ArrayList<RingHandle> ordered = new ArrayList<>();
    /// Those with bytes in the arena.
    private final ArrayList<RingSocket> sending = new ArrayList<>();
    /// Those that hold buffers.
    private final ArrayList<RingSocket> holding = new ArrayList<>();
    private int groups;
    private boolean buffersRanOut;
    private boolean woken;

    /// @param budget where the memory of connections counts
    Operations(Ring ring, ReceiveBuffers buffers, SendArena arena, BufferBudget budget) {
        this.ring = ring;
        this.buffers = buffers;
        this.arena = arena;
        this.budget = budget;
    }

    ReceiveBuffers buffers() {
        return buffers;
    }

    BufferBudget budget() {
        return budget;
    }

    Ring ring() {
        return ring;
    }

    /// A number for a group of buffers: of 16 bits, and never that of connections, so that the kernel cannot take one for the other.
    /// The kernel refuses a number that is in use.
    int newGroup() {
        groups = groups % LAST_GROUP + 1;
        return groups;
    }

    // --- what is watched ---

    /// Gives it a place, so that it can order.
    void join(RingHandle watched) {
        reserve(table.size() + 1);
        table.add(watched);
    }

    /// Noting a completion must not fail for want of memory: the lists are long enough before any comes.
    private void reserve(int watched) {
        ready.ensureCapacity(watched);
        due.ensureCapacity(watched);
        ordered.ensureCapacity(watched);
        sending.ensureCapacity(watched);
        holding.ensureCapacity(watched);
    }

    /// Takes its place away: it has no orders any more.
    void leave(RingHandle watched) {
        table.remove(watched);
    }

    private long userData(OperationKind operation, int slot) {
        return table.userData(operation, slot);
    }

    // --- lists ---

    /// It may be ready, and is told as long as it is.
    void enlist(RingHandle watched) {
        if (!watched.listed) {
            watched.listed = true;
            ready.add(watched);
        }
    }

    /// It orders before the next wait.
    void due(RingHandle watched) {
        if (!watched.due) {
            watched.due = true;
            due.add(watched);
        }
    }

    /// It holds buffers.
    void holds(RingSocket socket) {
        holding.add(socket);
    }

    /// The buffers were not enough: there are to be more before anybody orders again.
    void buffersRanOut() {
        buffersRanOut = true;
    }

    // --- orders ---

    private Submissions submissions() {
        Submissions submissions = ring.submissions();
        if (!submissions.hasRoom()) {
            submitNow();
        }
        return submissions;
    }

    void accept(RingHandle listener, int descriptor) {
        submissions().add(ACCEPT, descriptor, 0, 0, Submissions.length(0, ACCEPT_FLAGS),
                userData(OperationKind.ACCEPT, listener.slot), 0);
    }

    /// Receives, again and again. It tries at once: one that first waited would read what is there and then wait again, although the
    /// peer's reset had come before that.
    void receive(RingHandle socket, int descriptor) {
        submissions().add(RECEIVE, descriptor, 0, 0, 0, userData(OperationKind.RECEIVE, socket.slot),
                ReceiveBuffers.OF_CONNECTIONS);
    }

    /// Receives messages, again and again.
    ///
    /// @param header where it says how much room there is for addresses and control messages
    void receiveMessages(RingHandle port, int descriptor, long header, int group) {
        submissions().add(RECEIVE_MESSAGES, descriptor, 0, header, Submissions.length(1, 0),
                userData(OperationKind.RECEIVE_MESSAGES, port.slot), group);
    }

    /// Sends what fits of a buffer, and moves its position; whether the kernel has taken it, is known after the next call.
    ///
    /// @return where the bytes are, for [#unsent]
    int send(RingSocket socket, int descriptor, ByteBuffer bytes) {
        if (!arena.hasRoom()) {
            submitNow();
        }
        Submissions submissions = submissions();
        int before = bytes.remaining();
        int at = arena.put(bytes);
        submissions.add(SEND, descriptor, 0, arena.address(at),
                Submissions.length(before - bytes.remaining(), SEND_FLAGS), userData(OperationKind.SEND, socket.slot),
                0);
        sending.add(socket);
        return at;
    }

    /// Copies out what was not sent.
    void unsent(ByteQueue into, int at, int count) throws LimitException {
        arena.copyTo(into, at, count, budget);
    }

    void poll(RingHandle watched, int descriptor, int bits) {
        submissions().add(POLL, descriptor, 0, 0, Submissions.length(0, bits),
                userData(OperationKind.POLL, watched.slot),
                0);
    }

    /// Watches whether somebody wants the loop to look up, each time anew.
    void pollWakeup(int descriptor, int bits) {
        submissions().add(POLL, descriptor, 0, 0, Submissions.length(RingLayout.POLL_ADD_MULTI, bits),
                userData(OperationKind.WAKE, 0), 0);
    }

    /// Ends an order; its completion says so.
    void cancel(RingHandle watched, OperationKind operation) {
        submissions().add(CANCEL, -1, 0, userData(operation, watched.slot), 0, userData(OperationKind.NONE, 0), 0);
    }

    /// Ends an order before this returns.
    void cancelNow(RingHandle watched, OperationKind operation) throws IOException {
        submitNow();
        ring.cancelNow(userData(operation, watched.slot));
    }

    /// Submits without waiting, because there is no room for more.
    void submitNow() {
        try {
            enter(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- the turn ---

    /// Lets everybody order, submits, waits, and notes what is done.
    void turn(long atMostNanos) throws IOException {
        emptyHeld();
        dropUsedUp();
        if (buffersRanOut) {
            buffersRanOut = false;
            buffers.more();
        }
        orderDue();
        buffers.publish();
        enter(ready.isEmpty() && due.isEmpty() && !sentIsAwaited() ? atMostNanos : 0);
    }

    /// What was received and not read in its turn goes to its connection's own memory.
    private void emptyHeld() {
        for (int i = 0; i < holding.size(); i++) {
            holding.get(i).copyHeld();
        }
        holding.clear();
    }

    private void dropUsedUp() {
        int kept = 0;
        for (int i = 0; i < ready.size(); i++) {
            RingHandle watched = ready.get(i);
            if (watched.ready() != 0) {
                ready.set(kept, watched);
                kept++;
            } else {
                watched.listed = false;
            }
        }
        ready.subList(kept, ready.size()).clear();
    }

    /// Who is due again while others order, because there was no room or no buffer, orders in the next turn.
    private void orderDue() {
        ArrayList<RingHandle> ordering = due;
        due = ordered;
        ordered = ordering;
        for (int i = 0; i < ordering.size(); i++) {
            RingHandle watched = ordering.get(i);
            watched.due = false;
            watched.order();
        }
        ordering.clear();
    }

    /// Success is not told by itself: somebody who waits for it must not have to wait for something else.
    private boolean sentIsAwaited() {
        for (int i = 0; i < sending.size(); i++) {
            if (sending.get(i).awaitsSent()) {
                return true;
            }
        }
        return false;
    }

    private void enter(long atMostNanos) throws IOException {
        ring.enter(ring.completions().any() ? 0 : atMostNanos);
        ring.completions().take(completed);
        while (ring.submissions().waiting() > 0 || ring.submissions().completionsOverflowed()) {
            ring.enter(0);
            if (ring.completions().take(completed) == 0 && ring.submissions().waiting() > 0) {
                Thread.onSpinWait();
            }
        }
        settleSent();
    }

    /// All sends were submitted, and those that have failed have said so: the others are done.
    private void settleSent() {
        for (int i = 0; i < sending.size(); i++) {
            sending.get(i).settle();
        }
        sending.clear();
        arena.clear();
    }

    /// Ends all orders: what was submitted is done, what waits for its peers is not. Nobody orders any more: from here on the
    /// memory of the ring may be gone, and connections call the system directly.
    void end() throws IOException {
        try {
            if (ring.isUsable()) {
                enter(0);
                ring.cancelAll();
                enter(0);
            }
        } finally {
            for (RingHandle watched : table.all()) {
                watched.slot = 0;
                watched.abandon();
            }
        }
    }

    /// Tells everybody who is ready; whoever becomes so meanwhile is told in the next turn.
    void tellReady() {
        for (int i = 0, told = ready.size(); i < told; i++) {
            ready.get(i).tell();
        }
    }

    /// Whether the poll of the wake-up has ended, and is to be ordered again.
    boolean takeWakeupEnded() {
        boolean ended = woken;
        woken = false;
        return ended;
    }

    /// What the kernel says of an order; of one that nothing watches any more only what it brought is released.
    void completed(long userData, int result, int flags) {
        OperationKind operation = OperationKind.of(userData);
        RingHandle watched = table.of(userData);
        if (watched != null) {
            watched.completed(operation, result, flags);
        } else if (operation == OperationKind.WAKE) {
            woken |= (flags & RingLayout.CQE_F_MORE) == 0;
        } else {
            forNobody(operation, result, flags);
        }
    }

    private void forNobody(OperationKind operation, int result, int flags) {
        switch (operation) {
            case RECEIVE -> {
                if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
                    buffers.giveBack(flags >>> RingLayout.CQE_BUFFER_SHIFT);
                }
            }
            case ACCEPT -> {
                if (result >= 0) {
                    // Not by an order: there may be no room for one while completions are read.
                    int unused = FileCalls.close(memory, result);
                    assert unused <= 0;
                }
            }
            case NONE, WAKE, SEND, POLL, RECEIVE_MESSAGES -> {
                // Nothing to release: the buffers of a datagram port are gone with it.
            }
        }
    }
}
