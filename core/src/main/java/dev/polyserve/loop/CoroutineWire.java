package dev.polyserve.loop;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.BufferPool;
import dev.polyserve.conversation.HeapBuffer;
import dev.polyserve.conversation.ConnectingWire;
import dev.polyserve.conversation.ConversationDriver;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.HandlerBorder;
import dev.polyserve.conversation.HandlerHost;
import dev.polyserve.conversation.HostedWire;
import dev.polyserve.conversation.ConnectionBufferPool;
import dev.polyserve.conversation.InputBuffer;
import dev.polyserve.conversation.InputBufferProvider;
import dev.polyserve.conversation.LoopBufferProvider;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.conversation.NonBlockingWire;
import dev.polyserve.conversation.ReusableWire;
import dev.polyserve.conversation.PinnedWaitException;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.conversation.StartTlsWire;
import dev.polyserve.conversation.Wire;
import dev.polyserve.coroutine.carrier.CarrierThread;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.ResourceExhaustedException;
import dev.polyserve.io.StartTlsSocket;
import dev.polyserve.io.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The wire of a handler that runs as a coroutine of an event loop. A read without available bytes parks the coroutine;
/// readiness unparks it on the loop's own thread.
///
/// ```
///   read ─▶ try ─▶ bytes            try again only after readiness when the last read was short:
///            └─ nothing ─▶ park ─▶ (loop: ready) ─▶ try     then there is nothing more to get
/// ```
///
/// Interest in reading stays armed, so a request costs no system call for it. Readiness that no coroutine is waiting
/// for disarms it. Where the JDK does not allow coroutines on the loop's thread, the coroutine runs on another one.
/// Then readiness always disarms, and arming goes through the loop's mailbox.
///
/// State that the coroutine and the loop share needs no fences, because both run on one thread; other threads use the
/// mailbox. So does a pinned coroutine, which stays on its thread when the loop is handed off ([HandlerCoroutine]). To save
/// objects, this class is also what its coroutine runs.
///
/// **Thread**: as [Wire] and [ConversationDriver]; [#ready] and the interest belong to the loop.
public final class CoroutineWire extends AbstractLoopConnection<Conversation>
        implements
            Wire,
            StartTlsWire,
            ConnectingWire,
            NonBlockingWire,
            ReusableWire,
            HostedWire,
            ConversationDriver,
            Multiplexer.Ready,
            LoopBufferProvider,
            Runnable {
    /// The most of one read: what is read is copied, and buffers up to this size are pooled.
    private static final int READ_BYTES = 32 << 10;
    private static final int DISCARD_BYTES = 16 << 10;
    /// After how much output without a wait the loop serves others first. A peer that reads as fast as a handler writes would
    /// keep the loop for as long as there are bytes, and encrypting them takes longer than sending them.
    private static final int OUTPUT_PER_TURN_BYTES = 256 << 10;
    // What threads beside the loop ask it for.
    private static final int ARM_READ = Multiplexer.READ;
    private static final int ARM_WRITE = Multiplexer.WRITE;
    private static final int WAKE = 4;
    private static final int SHUT_DOWN = 8;
    private static final int CLOSE = 16;
    private static final int CLOSE_UNREAD = 32;
    private static final int NEXT_TURN = 64;
    private static final int END_UNOWNED = 128;

    private final StreamSocket socket;
    private final ReadinessGate readable = new ReadinessGate();
    /// Created by the first write that has to wait.
    private volatile @Nullable ReadinessGate writable;
    private volatile boolean over;
    private volatile boolean cut;
    /// Another one when another handler owns the connection.
    private HandlerCoroutine coroutine;
    private volatile @Nullable Thread besides;
    /// Whether only the loop's thread may read and write the socket. Set before the coroutine starts.
    private boolean confined;
    /// Whether the socket may have read bytes in advance: a layer may, whose source is the socket below.
    private final boolean readsAhead;
    /// Whether the last read took all available bytes.
    private boolean drained = true;
    /// The bytes written since output last waited, for the peer or for a turn.
    private int writtenBytes;
    private volatile boolean awaitsTurn;
    /// Used by the loop only.
    private Multiplexer.@Nullable Watch watch;
    private byte interest;

    /// Creates a wire for a socket. [#start] makes the socket non-blocking.
    public CoroutineWire(EventLoop loop, StreamSocket socket) {
        super(loop);
        this.socket = socket;
        this.readsAhead = !socket.source().equals(socket);
        this.coroutine = new HandlerCoroutine(loop, this);
    }

    /// A wire for another socket of the same coroutine.
    private CoroutineWire(HandlerCoroutine coroutine, StreamSocket socket) {
        super(coroutine.loop());
        this.socket = socket;
        this.readsAhead = !socket.source().equals(socket);
        this.coroutine = coroutine;
    }

    /// Creates a wire for a socket that a handler connects. **Thread**: the handler's.
    ///
    /// @param host what runs the handler, which is a coroutine of a loop
    public static CoroutineWire beside(HandlerHost host, ConnectableSocket another) {
        return new CoroutineWire((HandlerCoroutine) host, another.socket());
    }

    @Override
    public HandlerHost host() {
        return coroutine;
    }

    /// The border between the library and the handler that uses this wire.
    public HandlerBorder border() {
        return coroutine.border();
    }

    /// Starts watching the socket and starts the coroutine that runs the conversation, which is watched already.
    /// **Thread**: the loop's.
    ///
    /// @param earlier what watches the socket already; null: nothing
    public void start(Multiplexer.@Nullable Watch earlier) throws IOException {
        loop.assertOwner();
        Multiplexer.Watch watched = LoopProtocolDriver.watch(loop, socket, earlier, this);
        interest = Multiplexer.READ;
        watch = watched;
        confined = watched.confined();
        drained = !hasBuffered();
        coroutine.start("polyserve-coroutine", this);
    }

    /// Runs the conversation. **Thread**: the coroutine's.
    @Override
    public void run() {
        try {
            if (conversation() instanceof Runnable conversation) { // as all are that wait in a wire
                conversation.run();
            }
        } finally {
            loop.coroutines().leaves();
        }
    }

    @Nullable ConnectionInfo connection() {
        return conversation();
    }

    @Nullable Thread runningCoroutine() {
        return loop.coroutines().lendThread() ? coroutine.thread() : null;
    }

    // --- the loop's side ---

    @Override
    public void ready(int readiness) {
        loop.assertOwner();
        loop.turnBegins();
        int disarm = readiness & Multiplexer.WRITE;
        ReadinessGate forWriting = writable;
        if (disarm != 0 && forWriting != null) {
            forWriting.open();
        }
        if ((readiness & Multiplexer.READ) != 0 && !comesSoon()) {
            disarm |= Multiplexer.READ;
        }
        if (disarm != 0) {
            arm(interest & ~disarm);
        }
    }

    /// Wakes the coroutine, which is to read what is there in this turn. One that has not come for very many turns must not
    /// keep the loop busy: the JDK can lose a virtual thread that lacks memory while it is woken.
    private boolean comesSoon() {
        return readable.open() && loop.coroutines().lendThread() && !readable.isOverdue();
    }

    private void arm(int wanted) {
        loop.assertOwner();
        Multiplexer.Watch watched = watch;
        if (watched != null && wanted != interest) {
            loop.change(watched, wanted);
            interest = (byte) wanted;
        }
    }

    @Override
    void perform(int what) {
        if ((what & (ARM_READ | ARM_WRITE)) != 0) {
            arm(interest | (what & (ARM_READ | ARM_WRITE)));
        }
        if ((what & SHUT_DOWN) != 0) {
            socket.control().shutdown();
        }
        if ((what & NEXT_TURN) != 0) {
            awaitsTurn = false;
        }
        if ((what & (SHUT_DOWN | WAKE | NEXT_TURN)) != 0) {
            wakeWaiting();
        }
        if ((what & END_UNOWNED) != 0) {
            endNow();
        }
        if ((what & (CLOSE | CLOSE_UNREAD)) != 0) {
            try {
                closeNow((what & CLOSE_UNREAD) != 0);
            } catch (IOException e) {
                // The descriptor is released whatever close reports, and the conversation is over.
                assert watch == null;
            }
        }
    }

    private void endNow() {
        try {
            boolean _ = socket.endOutput(false);
        } catch (IOException e) {
            // The peer has ended it before; it is closed next.
            over = true;
        }
    }

    private void wakeWaiting() {
        readable.wake();
        ReadinessGate forWriting = writable;
        if (forWriting != null) {
            forWriting.wake();
        }
    }

    // --- the owner's side ---

    @Override
    public int read(InputBufferProvider into, long atMostNanos) throws IOException {
        boolean late = false;
        while (!cut && !over) {
            if (drained) {
                if (late) {
                    return TIMED_OUT;
                }
                into.idles();
                // After a timeout, reads once more: this process may have been suspended meanwhile.
                late = !await(readable, Multiplexer.READ, atMostNanos);
                drained = false;
                continue;
            }
            int count = isOnLoop() ? readOnLoop(into.input()) : readBeside(into.input());
            if (count != 0) {
                return count < 0 ? END : count;
            }
        }
        return END;
    }

    /// Reads into the loop's array, which has room for what a peer sends at once: an own array would have to grow first, with
    /// a read and an answer for each step.
    private int readOnLoop(InputBuffer buffer) throws IOException {
        HeapBuffer scratch = loop.scratch();
        int asked = Math.min(READ_BYTES, buffer.mostRoom());
        int count = socket.read(scratch.room().limit(asked));
        drained = count < asked && !hasBuffered();
        if (count > 0) {
            buffer.received(scratch, count);
        }
        return count;
    }

    private int readBeside(InputBuffer buffer) throws IOException {
        ByteBuffer room = buffer.room();
        int asked = room.remaining();
        int count = isReachable() ? socket.read(room) : onLoop(() -> socket.read(room));
        drained = count < asked && !hasBuffered();
        if (count > 0) {
            buffer.received(count);
        }
        return count;
    }

    @Override
    public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
        ConnectableSocket connectable = (ConnectableSocket) socket;
        long until = System.nanoTime() + atMostNanos;
        boolean connected = isOnLoop() ? connects(connectable) : onLoop(() -> connects(connectable) ? 1 : 0) == 1;
        while (!connected && atMostNanos > 0) {
            boolean late = !await(forWriting(), Multiplexer.WRITE, Math.max(0, until - System.nanoTime()));
            if (over) {
                throw new ClosedChannelException();
            }
            // After a timeout, looks once more: this process may have been suspended meanwhile.
            connected = isOnLoop() ? connects(connectable) : onLoop(() -> connects(connectable) ? 1 : 0) == 1;
            if (late) {
                break;
            }
        }
        return connected;
    }

    /// Begins to connect, or looks whether it is connected, and watches the socket. **Thread**: the loop's.
    private boolean connects(ConnectableSocket connectable) throws IOException {
        if (watch == null) {
            socket.control().blocking(false);
        }
        boolean connected = connectable.connect();
        if (watch == null) {
            int wanted = connected ? Multiplexer.READ : Multiplexer.WRITE;
            Multiplexer.Watch watched = watchedFor(wanted);
            interest = (byte) wanted;
            watch = watched;
            confined = watched.confined();
        } else if (connected) {
            arm(Multiplexer.READ);
        }
        return connected;
    }

    private Multiplexer.Watch watchedFor(int wanted) throws ResourceExhaustedException {
        try {
            return loop.watch(socket.source(), wanted, this);
        } catch (IOException e) {
            throw ResourceExhaustedException.noWatch(e);
        }
    }

    @Override
    public void write(ByteBuffer bytes, boolean waits) throws IOException {
        if (waits) {
            writeAll(bytes);
        } else if (!over && isReachable()) {
            writtenBytes += socket.write(bytes);
            awaitTurnAfterMuch();
        }
    }

    private void awaitTurnAfterMuch() throws IOException {
        if (writtenBytes >= OUTPUT_PER_TURN_BYTES) {
            writtenBytes = 0;
            if (isOnLoop()) {
                awaitTurn();
            }
        }
    }

    /// Waits until the loop has polled its sockets, and served those that are ready. A pinned coroutine for which the loop is
    /// not handed off goes on at once.
    @Override
    public void awaitTurn() throws IOException {
        ReadinessGate gate = forWriting();
        gate.expect(Thread.currentThread());
        awaitsTurn = true;
        loop.askForLater(this, NEXT_TURN);
        try {
            boolean mayWait = true;
            while (awaitsTurn && mayWait && !over) {
                mayWait = CarrierThread.park(this) || border().mayBlock();
                refuseInterrupt();
            }
        } finally {
            gate.leave();
        }
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (over) {
                throw new ClosedChannelException();
            }
            writtenBytes += isReachable() ? socket.write(bytes) : onLoop(() -> socket.write(bytes));
            if (bytes.hasRemaining()) {
                await(forWriting(), Multiplexer.WRITE, ServerContext.FOREVER_NANOS);
                writtenBytes = 0;
            }
        }
        awaitTurnAfterMuch();
    }

    private ReadinessGate forWriting() {
        ReadinessGate gate = writable;
        if (gate == null) {
            gate = new ReadinessGate();
            writable = gate;
        }
        return gate;
    }

    // --- for a pool ---

    @Override
    public void ownedBy(@Nullable HandlerHost host) {
        coroutine = host == null ? loop.coroutines().ofNoHandler() : (HandlerCoroutine) host;
    }

    @Override
    public void endUnowned() {
        loop.ask(this, END_UNOWNED);
    }

    /// On the loop, it costs no system call unless the socket has become ready since the last read.
    @Override
    public boolean isSilent() throws IOException {
        if (cut || over) {
            return false;
        }
        boolean direct = isOnLoop();
        if (direct && drained && !readable.isReady() && (interest & Multiplexer.READ) != 0) {
            return true;
        }
        readable.leave();
        ByteBuffer away = direct ? loop.scratch().room() : ByteBuffer.allocate(DISCARD_BYTES);
        int count = isReachable() ? socket.read(away) : onLoop(() -> socket.read(away));
        drained = count == 0 && !hasBuffered();
        if (direct) {
            arm(interest | Multiplexer.READ);
        } else {
            loop.ask(this, ARM_READ);
        }
        return drained;
    }

    // --- for a relay: nothing here waits but the last, and all of it is on the loop ---

    @Override
    public boolean sharesOwnerWith(NonBlockingWire other) {
        return other instanceof CoroutineWire second && second.coroutine.equals(coroutine) && isOnLoop()
                && CarrierThread.canUnmount();
    }

    @Override
    public HeapBuffer scratch() {
        return loop.scratch();
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        loop.assertOwner();
        if (cut || over) {
            return END;
        }
        if (drained) {
            return 0;
        }
        int asked = into.remaining();
        int count = socket.read(into);
        drained = count < asked && !hasBuffered();
        return count;
    }

    @Override
    public void writeNow(ByteBuffer bytes) throws IOException {
        loop.assertOwner();
        if (over) {
            throw new ClosedChannelException();
        }
        int _ = socket.write(bytes);
    }

    @Override
    public boolean endOutputNow() throws IOException {
        loop.assertOwner();
        if (over) {
            throw new ClosedChannelException();
        }
        return socket.endOutput(false);
    }

    @Override
    public void awaitEither(int awaited, NonBlockingWire other, int awaitedOfOther, long atMostNanos)
            throws IOException {
        CoroutineWire second = (CoroutineWire) other;
        expects(awaited);
        second.expects(awaitedOfOther);
        long deadline = System.nanoTime() + atMostNanos;
        EventLoop.@Nullable Delayed limit = wakesLater(awaited == INPUT ? readable : forWriting(), atMostNanos);
        try {
            while (!comes(awaited) && !second.comes(awaitedOfOther) && parks(deadline, true)) {
                refuseInterrupt();
            }
        } finally {
            cancel(limit);
            stopsExpecting(awaited);
            second.stopsExpecting(awaitedOfOther);
        }
    }

    /// Also when nothing is awaited, so that the end of the connection wakes the relay.
    private void expects(int awaited) {
        if ((awaited & INPUT) != 0) {
            readable.expect(Thread.currentThread());
        }
        if (awaited != INPUT) {
            forWriting().expect(Thread.currentThread());
        }
        arm(interest | ((awaited & INPUT) != 0 ? Multiplexer.READ : 0)
                | ((awaited & ROOM) != 0 ? Multiplexer.WRITE : 0));
    }

    private boolean comes(int awaited) {
        return over || ((awaited & INPUT) != 0 && (cut || readable.isReady()))
                || ((awaited & ROOM) != 0 && forWriting().isReady());
    }

    private void stopsExpecting(int awaited) {
        if ((awaited & INPUT) != 0) {
            drained &= !readable.isReady();
            readable.leave();
        }
        if (awaited != INPUT) {
            forWriting().leave();
        }
    }

    @Override
    public void endOutput(boolean acknowledged) throws IOException {
        while (!(isReachable() ? socket.endOutput(false) : onLoop(() -> socket.endOutput(false) ? 1 : 0) == 1)) {
            if (over) {
                throw new ClosedChannelException();
            }
            await(forWriting(), Multiplexer.WRITE, ServerContext.FOREVER_NANOS);
        }
    }

    @Override
    public @Nullable String whyNoTls() {
        return StartTlsSocket.whyNot(socket);
    }

    @Override
    public boolean startTls(Runnable begins, long atMostNanos) throws IOException {
        StartTlsSocket secured = (StartTlsSocket) socket;
        AtomicBoolean room = new AtomicBoolean();
        Runnable whenRoom = () -> opens(room);
        boolean now = secured.startTls(whenRoom);
        try {
            if (!now && !awaitSet(room, atMostNanos)) {
                return false;
            }
            begins.run();
            StartTlsSocket.Need need;
            do {
                if (over || cut) {
                    throw new ClosedChannelException();
                }
                need = handshake(secured);
                switch (need) {
                    case READ -> await(readable, Multiplexer.READ, ServerContext.FOREVER_NANOS);
                    case WRITE -> await(forWriting(), Multiplexer.WRITE, ServerContext.FOREVER_NANOS);
                    case TASK -> compute(secured);
                    case DONE -> drained = !hasBuffered();
                }
            } while (need != StartTlsSocket.Need.DONE);
            return true;
        } finally {
            secured.endHandshake(whenRoom);
        }
    }

    private StartTlsSocket.Need handshake(StartTlsSocket secured) throws IOException {
        if (isReachable()) {
            return secured.handshake();
        }
        var need = new AtomicReference<>(StartTlsSocket.Need.READ);
        int _ = onLoop(() -> {
            need.set(secured.handshake());
            return 0;
        });
        return need.get();
    }

    /// Computes beside the loop; a coroutine that has another thread, in that one.
    private void compute(StartTlsSocket secured) throws IOException {
        if (!isOnLoop()) {
            secured.runTasks();
            return;
        }
        AtomicBoolean computed = new AtomicBoolean();
        secured.runTasksBeside(() -> opens(computed));
        boolean set = awaitSet(computed, ServerContext.FOREVER_NANOS);
        assert set : "a wait without a limit";
    }

    /// Sets it, and has the owner look. **Thread**: any.
    private void opens(AtomicBoolean set) {
        set.set(true);
        loop.ask(this, WAKE);
    }

    /// Waits until it is set, or the connection is over or its input cut.
    ///
    /// @return false if the time limit expires first
    private boolean awaitSet(AtomicBoolean set, long atMostNanos) throws IOException {
        ReadinessGate gate = forWriting();
        boolean direct = isOnLoop();
        if (direct) {
            gate.expect(Thread.currentThread());
        } else {
            gate.expectFromElsewhere(Thread.currentThread());
        }
        long deadline = System.nanoTime() + atMostNanos;
        EventLoop.@Nullable Delayed limit = direct ? wakesLater(gate, atMostNanos) : null;
        try {
            while (!set.get() && !over && !cut) {
                if (!parks(deadline, direct)) {
                    return false;
                }
                refuseInterrupt();
            }
            return true;
        } finally {
            cancel(limit);
            gate.leave();
        }
    }

    @Override
    public int discard(long atMostNanos) throws IOException {
        // The handler has already seen the end of the cut input. Bytes that still arrive are discarded.
        cut = false;
        if (over) {
            return END;
        }
        ByteBuffer away = isOnLoop() ? loop.scratch().room() : ByteBuffer.allocate(DISCARD_BYTES);
        int count = isReachable() ? socket.read(away) : onLoop(() -> socket.read(away));
        if (count != 0 || atMostNanos <= 0 || !await(readable, Multiplexer.READ, atMostNanos)) {
            return count;
        }
        return discard(0);
    }

    @Override
    public int unacknowledged() throws IOException {
        return socket.control().unacknowledged();
    }

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        return LoopProtocolDriver.pending(loop, socket.source(), toWrite);
    }

    private boolean hasBuffered() {
        return readsAhead && socket.buffered();
    }

    /// Whether the calling thread may read and write the socket.
    private boolean isReachable() {
        return !confined || isOnLoop();
    }

    /// Performs an operation on the socket on the loop's thread. **Thread**: any other.
    private int onLoop(LoopCall call) throws IOException {
        requireMayWait(CarrierThread.canUnmount());
        return LoopCall.on(loop, call);
    }

    @Override
    public void close(boolean unread) throws IOException {
        if (isOnLoop()) {
            closeNow(unread);
        } else {
            loop.ask(this, unread ? CLOSE_UNREAD : CLOSE);
        }
    }

    private void closeNow(boolean unread) throws IOException {
        loop.assertOwner();
        Multiplexer.Watch watched = watch;
        if (watched != null) {
            loop.forget(watched);
            watch = null;
        }
        socket.close(unread);
    }

    @Override
    public void resetOnClose() {
        socket.control().resetOnClose();
    }

    @Override
    public boolean peerGone() {
        return socket.source().peerGone();
    }

    @Override
    public void shutdown() {
        over = true;
        // Runs on the loop. On a foreign thread, this call could hold the channel's lock while the owner and the loop
        // wait for it, although the owner needs the loop to continue.
        loop.ask(this, SHUT_DOWN);
    }

    @Override
    public void cutInput() {
        cut = true;
        loop.ask(this, WAKE);
    }

    @Override
    public void runSender(Runnable task) {
        loop.coroutines().unstarted("polyserve-sender", () -> {
            besides = Thread.currentThread();
            task.run();
        }).start();
    }

    @Override
    public long waitBeginsNanos(Conversation waiting, NanoClock clock) {
        return coroutine.waitBeginsNanos(waiting, clock);
    }

    @Override
    public BufferPool pool() {
        return coroutine.pool();
    }

    @Override
    public ConnectionBufferPool buffers() {
        return coroutine.buffers();
    }

    // --- waiting ---

    /// Waits until the gate opens or the connection is over.
    ///
    /// @return false if the time limit expires first
    private boolean await(ReadinessGate gate, int operation, long atMostNanos) throws IOException {
        boolean direct = isOnLoop();
        if (direct) {
            arm(interest | operation);
            gate.expect(Thread.currentThread());
        } else {
            gate.expectFromElsewhere(Thread.currentThread());
            loop.ask(this, operation);
        }
        try {
            if (atMostNanos < ServerContext.FOREVER_NANOS) {
                return awaitWithin(gate, operation, atMostNanos, direct);
            }
            while (!comes(gate, operation)) {
                requireMayWait(CarrierThread.park(this));
                refuseInterrupt();
            }
            return true;
        } finally {
            gate.leave();
        }
    }

    private boolean awaitWithin(ReadinessGate gate, int operation, long atMostNanos, boolean direct)
            throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        EventLoop.@Nullable Delayed limit = direct ? wakesLater(gate, atMostNanos) : null;
        try {
            while (!comes(gate, operation)) {
                if (!parks(deadline, direct)) {
                    return false;
                }
                refuseInterrupt();
            }
            return true;
        } finally {
            cancel(limit);
        }
    }

    /// Has the loop wake the gate's thread at a time limit, because a coroutine of the loop parks without one.
    private EventLoop.@Nullable Delayed wakesLater(ReadinessGate gate, long atMostNanos) {
        return atMostNanos < ServerContext.FOREVER_NANOS ? loop.schedule(atMostNanos, gate::wake) : null;
    }

    /// Parks once.
    ///
    /// @param direct whether the loop wakes the caller at the deadline ([#wakesLater])
    /// @return false, without parking, after the deadline
    private boolean parks(long deadlineNanos, boolean direct) throws IOException {
        long left = deadlineNanos - System.nanoTime();
        if (left > 0) {
            requireMayWait(direct ? CarrierThread.park(this) : CarrierThread.parkNanos(this, left));
        }
        return left > 0;
    }

    /// Cancels a time limit, which was set on the loop. The loop may have been handed off since.
    private void cancel(EventLoop.@Nullable Delayed limit) {
        if (limit == null) {
            return;
        }
        if (isOnLoop()) {
            loop.cancel(limit);
        } else {
            loop.post(() -> loop.cancel(limit));
        }
    }

    private boolean comes(ReadinessGate gate, int operation) {
        return gate.isReady() || over || (cut && operation == Multiplexer.READ);
    }

    /// Hands the loop off if the caller is pinned to its thread. If that is not possible, ends the connection, because the
    /// wait would be retried forever and never succeed.
    ///
    /// @param mayWait whether the caller has waited, or may block its carrier
    private void requireMayWait(boolean mayWait) throws IOException {
        if (!mayWait && !over && !border().mayBlock()) {
            shutdown();
            throw new PinnedWaitException(CarrierThread.refusal("the connection's handler"));
        }
    }

    /// Ends the connection if the wait is interrupted, as the JDK's channels do.
    private void refuseInterrupt() throws IOException {
        if (Thread.currentThread().isInterrupted() && !over) {
            shutdown();
            throw new ClosedByInterruptException();
        }
    }

    /// Whether the caller is known to run on the loop's thread.
    private boolean isOnLoop() {
        Thread current = Thread.currentThread();
        return coroutine.mayUseLoop(current) || (current.equals(besides) && loop.coroutines().lendThread());
    }
}
