package dev.polyserve.linux.ring;

import dev.polyserve.conversation.BufferBudget;
import dev.polyserve.conversation.LimitException;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.loop.MultiplexerOwner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/// Submits the operations of the handles that a ring watches, and keeps the lists of handles to notify, to submit for,
/// or to settle next.
///
/// **Thread**: the loop's.
final class RingOperations {
    private static final long ACCEPT = SubmissionQueue.head(RingLayout.OP_ACCEPT, 0, RingLayout.ACCEPT_MULTISHOT);
    private static final long RECEIVE = SubmissionQueue.head(RingLayout.OP_RECV, RingLayout.SQE_BUFFER_SELECT,
            RingLayout.RECV_MULTISHOT);
    private static final long RECEIVE_MESSAGES = SubmissionQueue.head(RingLayout.OP_RECVMSG,
            RingLayout.SQE_BUFFER_SELECT, RingLayout.RECV_MULTISHOT);
    private static final long SEND = SubmissionQueue.head(RingLayout.OP_SEND, RingLayout.SQE_CQE_SKIP_SUCCESS, 0);
    private static final long POLL = SubmissionQueue.head(RingLayout.OP_POLL_ADD, 0, 0);
    private static final long TIMEOUT = SubmissionQueue.head(RingLayout.OP_TIMEOUT, 0, 0);
    private static final long CANCEL = SubmissionQueue.head(RingLayout.OP_ASYNC_CANCEL, RingLayout.SQE_CQE_SKIP_SUCCESS,
            0);
    /// Sends everything, or reports at once how much was sent; the operation never waits for the peer.
    private static final int SEND_FLAGS = SocketCalls.MSG_DONTWAIT | SocketCalls.MSG_WAITALL
            | SocketCalls.MSG_NOSIGNAL;
    private static final int LAST_GROUP = 0xffff;
    private static final int ACCEPT_FLAGS = SocketCalls.SOCK_NONBLOCK | SocketCalls.SOCK_CLOEXEC;

    private final SystemCallMemory memory = SystemCallMemory.small();
    private final IoUringInstance ring;
    private final ReceiveBuffers buffers;
    private final SendArena arena;
    private final BufferBudget budget;
    private final MultiplexerOwner owner;
    private final CompletionQueue.Completed completed = this::completed;
    private final RingHandleTable table = new RingHandleTable();
    private final ArrayList<RingHandle> ready = new ArrayList<>();
    private ArrayList<RingHandle> due = new ArrayList<>();
    /// The list of the last turn, kept for reuse.
    private ArrayList<RingHandle> spareList = new ArrayList<>();
    /// The sockets with bytes in the arena.
    private final ArrayList<RingSocket> sending = new ArrayList<>();
    private final ArrayList<RingSocket> holding = new ArrayList<>();
    private int groups;
    private boolean buffersRanOut;
    private final WakeupPoll wakeupPoll = new WakeupPoll();
    private final StuckReceiveDetector receiveCheck = new StuckReceiveDetector();
    /// The identifier of the thread that submits; 0: none has. The kernel completes a multishot operation in the thread
    /// that has submitted it, which costs two switches of threads once another one runs the loop.
    private long submitter;

    /// Creates the operations of a ring.
    ///
    /// @param budget the budget in which the memory of connections counts
    /// @param owner the ring's
    RingOperations(IoUringInstance ring, ReceiveBuffers buffers, SendArena arena, BufferBudget budget,
            MultiplexerOwner owner) {
        this.ring = ring;
        this.buffers = buffers;
        this.arena = arena;
        this.budget = budget;
        this.owner = owner;
    }

    /// Fails, where assertions are on, unless the caller runs on the thread that owns the ring. **Thread**: any.
    void assertOwner() {
        owner.assertOwner();
    }

    ReceiveBuffers buffers() {
        return buffers;
    }

    BufferBudget budget() {
        return budget;
    }

    IoUringInstance ring() {
        return ring;
    }

    /// Returns a number for a group of buffers. It has 16 bits and is never the connections' number, so that the kernel
    /// cannot confuse the two. The kernel refuses a number that is in use.
    int newGroup() {
        groups = groups % LAST_GROUP + 1;
        return groups;
    }

    // --- handles ---

    /// Gives the handle a slot, so that it can submit operations.
    void join(RingHandle watched) {
        assertOwner();
        reserve(table.size() + 1);
        table.add(watched);
    }

    /// Reserves room in the lists before any completion arrives: noting one must not fail for lack of memory.
    private void reserve(int watched) {
        ready.ensureCapacity(watched);
        due.ensureCapacity(watched);
        spareList.ensureCapacity(watched);
        sending.ensureCapacity(watched);
        holding.ensureCapacity(watched);
    }

    /// Frees the handle's slot: it has no more operations.
    void leave(RingHandle watched) {
        assertOwner();
        table.remove(watched);
    }

    /// Records the thread that submits from now on. The poll of the wake-up moves to it.
    void submittedBy(Thread thread) {
        long before = submitter;
        submitter = thread.threadId();
        if (before != submitter && wakeupPoll.isActive()) {
            submissions().add(CANCEL, -1, 0, wakeupPoll.giveUp(), 0, userData(RingOperationKind.NONE, 0), 0);
        }
    }

    /// The identifier of the thread that submits.
    long submitter() {
        return submitter;
    }

    private long userData(RingOperationKind operation, int slot) {
        return table.userData(operation, slot);
    }

    // --- lists ---

    /// Enlists a handle that may be ready. It is notified in each turn while it is ready.
    void enlist(RingHandle watched) {
        assertOwner();
        if (!watched.listed) {
            watched.listed = true;
            ready.add(watched);
        }
    }

    /// Schedules the handle to submit its operations before the next wait.
    void due(RingHandle watched) {
        assertOwner();
        if (!watched.due) {
            watched.due = true;
            due.add(watched);
        }
    }

    /// Records that the socket holds buffers.
    void holds(RingSocket socket) {
        holding.add(socket);
    }

    /// Records that the buffers were not enough, so that more may be provided before the next submissions.
    void buffersRanOut() {
        buffersRanOut = true;
    }

    // --- operations ---

    private SubmissionQueue submissions() {
        assertOwner();
        SubmissionQueue submissions = ring.submissions();
        if (!submissions.hasRoom()) {
            submitNow();
        }
        return submissions;
    }

    void accept(RingHandle listener, int descriptor) {
        submissions().add(ACCEPT, descriptor, 0, 0, SubmissionQueue.length(0, ACCEPT_FLAGS),
                userData(RingOperationKind.ACCEPT, listener.slot), 0);
    }

    /// Submits a multishot receive. It tries at once. One that polled first would read the available bytes and then
    /// wait again, although the peer's reset had arrived before.
    void receive(RingHandle socket, int descriptor) {
        submissions().add(RECEIVE, descriptor, 0, 0, 0, userData(RingOperationKind.RECEIVE, socket.slot),
                ReceiveBuffers.OF_CONNECTIONS);
        receiveCheck.receiveBegins();
    }

    /// Submits a poll in place of a receive: its completion says that a direct read finds something.
    void pollInput(RingHandle socket, int descriptor) {
        submissions().add(POLL, descriptor, 0, 0, SubmissionQueue.length(0, PollDescriptors.IN),
                userData(RingOperationKind.RECEIVE, socket.slot), 0);
    }

    /// Submits a multishot receive of messages.
    ///
    /// @param header the address of the header that limits the room for addresses and control messages
    void receiveMessages(RingHandle port, int descriptor, long header, int group) {
        submissions().add(RECEIVE_MESSAGES, descriptor, 0, header, SubmissionQueue.length(1, 0),
                userData(RingOperationKind.RECEIVE_MESSAGES, port.slot), group);
    }

    /// Sends as much of the buffer as fits, and moves its position. The result is known after the next call.
    ///
    /// @return the offset of the bytes, for [#unsent]
    int send(RingSocket socket, int descriptor, ByteBuffer bytes) {
        if (!arena.hasRoom()) {
            submitNow();
        }
        SubmissionQueue submissions = submissions();
        int before = bytes.remaining();
        int at = arena.put(bytes);
        submissions.add(SEND, descriptor, 0, arena.address(at),
                SubmissionQueue.length(before - bytes.remaining(), SEND_FLAGS),
                userData(RingOperationKind.SEND, socket.slot),
                0);
        sending.add(socket);
        return at;
    }

    /// Copies unsent bytes out of the arena.
    void unsent(ByteQueue into, int at, int count) throws LimitException {
        arena.copyTo(into, at, count, budget);
    }

    void poll(RingHandle watched, int descriptor, int bits) {
        submissions().add(POLL, descriptor, 0, 0, SubmissionQueue.length(0, bits),
                userData(RingOperationKind.POLL, watched.slot),
                0);
    }

    /// Submits a multishot poll of the wake-up, unless there is one.
    void pollWakeup(int descriptor, int bits) {
        if (!wakeupPoll.isActive()) {
            submissions().add(POLL, descriptor, 0, 0, SubmissionQueue.length(RingLayout.POLL_ADD_MULTI, bits),
                    wakeupPoll.begin(), 0);
        }
    }

    /// Cancels an operation, asynchronously; its completion reports the end.
    void cancel(RingHandle watched, RingOperationKind operation) {
        submissions().add(CANCEL, -1, 0, userData(operation, watched.slot), 0, userData(RingOperationKind.NONE, 0), 0);
    }

    /// Cancels an operation before this returns.
    void cancelNow(RingHandle watched, RingOperationKind operation) throws IOException {
        submitNow();
        ring.cancelNow(userData(operation, watched.slot));
    }

    /// Submits without waiting, because the queue is full.
    void submitNow() {
        assertOwner();
        try {
            enter(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- the turn ---

    /// Submits what is due, waits, and records the completions.
    void turn(long atMostNanos) throws IOException {
        if (buffersRanOut) {
            buffersRanOut = false;
            buffers.ranOut(holding.size());
        }
        checkReceives();
        emptyHeld();
        dropUsedUp();
        submitDue();
        buffers.publish();
        enter(ready.isEmpty() && due.isEmpty() && !wakeupPoll.woken() && !sentIsAwaited() ? atMostNanos : 0);
        wakeupPoll.waited();
    }

    private void checkReceives() {
        if (!holding.isEmpty() && receiveCheck.bytesCame()) {
            submissions().add(CANCEL, -1, 0, RingOperationKind.CHECK.bits(), 0, userData(RingOperationKind.NONE, 0), 0);
        }
        receiveCheck.runIfDue(table);
        if (receiveCheck.startsTimer()) {
            SubmissionQueue submissions = submissions();
            submissions.add(TIMEOUT, -1, 0, receiveCheck.timerStarts(table.size()), SubmissionQueue.length(1, 0),
                    RingOperationKind.CHECK.bits(), 0);
        }
    }

    /// Copies bytes that were received and not read in their turn to the connection's own memory.
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

    /// Submits for the handles that are due. A handle that is due again meanwhile, for lack of room or buffers, submits
    /// in the next turn.
    private void submitDue() {
        ArrayList<RingHandle> submitting = due;
        due = spareList;
        spareList = submitting;
        for (int i = 0; i < submitting.size(); i++) {
            RingHandle watched = submitting.get(i);
            watched.due = false;
            watched.submit();
        }
        submitting.clear();
    }

    /// True when a socket waits for a send. Successful sends have no completion of their own, so the turn must not
    /// block then.
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

    /// Settles all sends. All were submitted, and the failed ones have had completions; the others have succeeded.
    private void settleSent() {
        for (int i = 0; i < sending.size(); i++) {
            sending.get(i).settle();
        }
        sending.clear();
        arena.clear();
    }

    /// Ends all operations. Submitted ones have completed; those that wait for their peers are cancelled. No operation
    /// is submitted afterwards: the memory of the ring may be gone, and connections call the system directly.
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

    /// Notifies every ready handle. A handle that becomes ready meanwhile is notified in the next turn.
    void tellReady() {
        for (int i = 0, told = ready.size(); i < told; i++) {
            ready.get(i).tell();
        }
    }

    /// Dispatches a completion. When its handle is gone, only the resources that it brought are released.
    void completed(long userData, int result, int flags) {
        RingOperationKind operation = RingOperationKind.of(userData);
        RingHandle watched = table.of(userData);
        if (watched != null) {
            watched.completed(operation, result, flags);
        } else if (operation == RingOperationKind.WAKE) {
            wakeupPoll.completed(userData, flags);
        } else if (operation == RingOperationKind.CHECK) {
            receiveCheck.timerEnded();
        } else {
            withoutHandle(operation, result, flags);
        }
    }

    /// Closes a connection that was accepted and cannot be served. By a direct call: the submission queue may be full while
    /// completions are read.
    void close(int accepted) {
        int unused = DescriptorCalls.close(memory, accepted);
        assert unused <= 0;
    }

    private void withoutHandle(RingOperationKind operation, int result, int flags) {
        switch (operation) {
            case RECEIVE -> {
                if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
                    buffers.giveBack(flags >>> RingLayout.CQE_BUFFER_SHIFT);
                }
            }
            case ACCEPT -> {
                if (result >= 0) {
                    close(result);
                }
            }
            case NONE, WAKE, CHECK, SEND, POLL, RECEIVE_MESSAGES -> {
                // Nothing to release: a datagram port takes its buffers with it.
            }
        }
    }
}
