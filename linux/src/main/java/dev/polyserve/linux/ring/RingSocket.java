package dev.polyserve.linux.ring;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.Pending;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/// A connection on a ring: one receive that goes on and on, and one send at a time. Before a ring watches it, and for what is
/// rare, it calls the system directly.
///
/// ```
///   receive: ordered ─▶ bytes held ─▶ read │ copied out at the turn's end ─▶ 64 KiB wait ─▶ cancelled ─▶ read ─▶ ordered
///   send:    in the arena ─▶ settled: all sent
///                  └─▶ short or refused ─▶ the rest waits ─▶ poll ─▶ in the arena again
///   close:   orders are cancelled ─▶ have ended ─▶ what is in the arena is submitted ─▶ closed
/// ```
///
/// **Thread**: the loop's once it is watched, except [#shutdown] and [#cutInput].
final class RingSocket extends Watched implements StreamSocket {
    /// So much may wait unread; then nothing more is received.
    private static final int MOST_UNREAD_BYTES = 64 << 10;

    private enum Closing {
        NOT, NOW, DRAINED
    }

    private final DescriptorSocket direct;
    private final Inbox inbox = new Inbox();
    private final ByteQueue unsent = new ByteQueue();
    private int arenaAt;
    private int arenaBytes;
    private int receiveErrno;
    private int sendErrno;
    private boolean receiving;
    private boolean polling;
    private boolean cancelling;
    private boolean lackedBuffers;
    private boolean roomAgain;
    private boolean ended;
    private Closing closing = Closing.NOT;

    RingSocket(DescriptorSocket direct) {
        this.direct = direct;
    }

    // --- receiving ---

    @Override
    void order() {
        if (closing != Closing.NOT || slot == 0) {
            return;
        }
        Orders itsOrders = requireOrders();
        boolean wanted = (interest() & Multiplexer.READ) != 0;
        if (wanted && !receiving && !ended && receiveErrno == 0 && inbox.ownBytes() == 0) {
            receiving = true;
            itsOrders.receive(this, direct.descriptor().number(), lackedBuffers);
            lackedBuffers = false;
        }
        if (!unsent.isEmpty() && !polling && arenaBytes == 0) {
            orderUnsent(itsOrders);
        }
    }

    @Override
    void completed(Operation operation, int result, int flags) {
        switch (operation) {
            case RECEIVE -> received(result, flags);
            case SEND -> refused(result);
            case POLL -> polled();
            case NONE, WAKE, ACCEPT -> throw new IllegalStateException("not an order of a connection: " + operation);
        }
        requireOrders().enlist(this);
    }

    private void received(int result, int flags) {
        if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
            hold(flags >>> RingLayout.CQE_BUFFER_SHIFT, result);
        }
        if ((flags & RingLayout.CQE_F_MORE) == 0) {
            receiving = false;
            cancelling = cancelling && polling;
            receiveEnded(result);
        }
    }

    private void receiveEnded(int result) {
        if (result == 0) {
            ended = true;
        } else if (result == -Errno.ENOBUFS) {
            lackedBuffers = true;
            requireOrders().buffersRanOut();
        } else if (result < 0 && result != -Errno.ECANCELED && result != -Errno.EAGAIN && result != -Errno.EINTR) {
            receiveErrno = -result;
        }
        if (closing == Closing.NOT) {
            requireOrders().due(this);
        } else {
            finishClosing();
        }
    }

    private void hold(int buffer, int count) {
        Orders itsOrders = requireOrders();
        if (count <= 0 || closing != Closing.NOT) {
            itsOrders.buffers().giveBack(buffer);
            return;
        }
        if (inbox.hold(itsOrders.buffers(), buffer, count)) {
            itsOrders.holds(this);
        }
    }

    /// Copies what it holds to memory of its own: the buffers are everybody's.
    void copyHeld() {
        Orders itsOrders = requireOrders();
        inbox.copyHeld(itsOrders.buffers());
        if (inbox.ownBytes() >= MOST_UNREAD_BYTES && receiving && !cancelling) {
            cancelling = true;
            itsOrders.cancel(this, Operation.RECEIVE);
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (orders == null) {
            return direct.read(into);
        }
        int count = inbox.take(orders.buffers(), into);
        if (count > 0) {
            if (!receiving) {
                orders.due(this);
            }
            return count;
        }
        return into.hasRemaining() ? nothingLeft() : 0;
    }

    /// @return 0 when more may come
    private int nothingLeft() throws IOException {
        throwIfFailed("recv", receiveErrno);
        if (!ended) {
            return 0;
        }
        throwIfSendFailed();
        return END;
    }

    // --- sending ---

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (orders == null) {
            return direct.write(bytes);
        }
        if (closing != Closing.NOT) {
            // Its descriptor's number may be another connection's by now.
            throw new ClosedChannelException();
        }
        throwIfSendFailed();
        int before = bytes.remaining();
        if (before == 0 || !idle()) {
            return 0;
        }
        put(orders, bytes);
        return before - bytes.remaining();
    }

    private void put(Orders itsOrders, ByteBuffer bytes) {
        int before = bytes.remaining();
        arenaAt = itsOrders.send(this, direct.descriptor().number(), bytes);
        arenaBytes = before - bytes.remaining();
    }

    private boolean idle() {
        return arenaBytes == 0 && unsent.isEmpty();
    }

    private void throwIfSendFailed() throws IOException {
        throwIfFailed("send", sendErrno);
    }

    private static void throwIfFailed(String call, int errno) throws IOException {
        if (errno != 0) {
            throw new SystemCallException(call, -errno);
        }
    }

    /// The kernel has not taken all: only of that it tells.
    private void refused(int result) {
        int taken = Math.max(result, 0);
        if (result >= 0 || result == -Errno.EAGAIN || result == -Errno.EINTR) {
            Orders itsOrders = requireOrders();
            itsOrders.unsent(unsent, arenaAt + taken, arenaBytes - taken);
            roomAgain = false;
            itsOrders.due(this);
        } else {
            sendErrno = -result;
        }
        arenaBytes = 0;
    }

    /// There is room again, or will never be.
    private void polled() {
        polling = false;
        roomAgain = true;
        cancelling = cancelling && receiving;
        if (closing == Closing.NOT) {
            requireOrders().due(this);
        } else {
            finishClosing();
        }
    }

    private void orderUnsent(Orders itsOrders) {
        if (roomAgain) {
            put(itsOrders, unsent.bytes());
            unsent.clear();
        } else {
            polling = true;
            itsOrders.poll(this, direct.descriptor().number(), PollDescriptors.OUT);
        }
    }

    /// What was submitted and not refused is sent.
    void settle() {
        if (arenaBytes > 0) {
            arenaBytes = 0;
            if ((interest() & Multiplexer.WRITE) != 0) {
                requireOrders().enlist(this);
            }
        }
        if (closing != Closing.NOT) {
            finishClosing();
        }
    }

    /// Whether somebody waits until what is in the arena is sent.
    boolean awaitsSent() {
        return (interest() & Multiplexer.WRITE) != 0 || closing != Closing.NOT;
    }

    @Override
    public boolean sent() throws IOException {
        throwIfSendFailed();
        return idle();
    }

    @Override
    public boolean confined() {
        return orders != null;
    }

    @Override
    int ready() {
        if (receiveErrno != 0 || sendErrno != 0) {
            return interest();
        }
        boolean readable = ended || !inbox.isEmpty();
        return ((readable ? Multiplexer.READ : 0) | (idle() ? Multiplexer.WRITE : 0)) & interest();
    }

    // --- ending ---

    @Override
    public int unacknowledged() throws IOException {
        return direct.unacknowledged();
    }

    @Override
    public Pending pending(boolean toWrite) {
        boolean held = !toWrite && (ended || !inbox.isEmpty());
        return held ? Pending.YES : direct.pending(toWrite);
    }

    @Override
    public void endOutput() throws IOException {
        direct.endOutput();
    }

    @Override
    public void cutInput() {
        direct.cutInput();
    }

    @Override
    public void shutdown() {
        direct.shutdown();
    }

    /// Nobody watches it: whatever comes is for nobody, but its place is kept until it is closed.
    @Override
    void leave() {
        cancelOrders();
    }

    private void cancelOrders() {
        if (!cancelling && receiving) {
            requireOrders().cancel(this, Operation.RECEIVE);
        }
        if (!cancelling && polling) {
            requireOrders().cancel(this, Operation.POLL);
        }
        cancelling = receiving || polling;
    }

    @Override
    public void close() throws IOException {
        close(Closing.NOW);
    }

    @Override
    public void drainAndClose() throws IOException {
        close(Closing.DRAINED);
    }

    private void close(Closing how) throws IOException {
        if (orders == null || slot == 0) {
            closeDirectly(how);
        } else if (closing == Closing.NOT) {
            closing = how;
            cancelOrders();
            finishClosing();
        }
    }

    private void closeDirectly(Closing how) throws IOException {
        switch (how) {
            case DRAINED -> direct.drainAndClose();
            case NOT, NOW -> direct.close();
        }
    }

    /// Closes it once none of its orders is under way.
    private void finishClosing() {
        if (receiving || polling || arenaBytes > 0 || slot == 0) {
            return;
        }
        Orders itsOrders = requireOrders();
        itsOrders.leave(this);
        inbox.clear(itsOrders.buffers());
        unsent.clear();
        closeReleased();
    }

    private void closeReleased() {
        try {
            closeDirectly(closing);
        } catch (IOException e) {
            direct.shutdown(); // the descriptor is released whatever close reports, and its owner has gone
        }
    }

    /// What had still to be ended is; what is still open calls the system directly.
    @Override
    void abandon() {
        inbox.clear(requireOrders().buffers());
        orders = null;
        if (closing != Closing.NOT) {
            closeReleased();
        }
    }

    // --- what a socket is ---

    @Override
    public void blocking(boolean waits) throws IOException {
        direct.blocking(waits);
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) throws IOException {
        return direct.readWithin(into, atMostNanos);
    }

    @Override
    public SocketAddress peer() {
        return direct.peer();
    }

    @Override
    public Optional<ConnectionInfo.Credentials> peerCredentials() {
        return direct.peerCredentials();
    }

    @Override
    public SocketAddress local() {
        return direct.local();
    }
}
