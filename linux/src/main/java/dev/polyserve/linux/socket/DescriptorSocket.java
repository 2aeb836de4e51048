package dev.polyserve.linux.socket;

import dev.polyserve.conversation.BrokenPipeException;
import dev.polyserve.ConnectionInfo.Credentials;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.io.BlockingSocket;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.SocketControl;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.io.PollableStream;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection on a descriptor, TCP or Unix.
///
/// Its loop alone closes a connection that it watches, so a call of the loop is not counted as one of another thread is.
///
/// Its descriptor is always non-blocking. A blocking socket waits for the descriptor. A platform thread waits itself; a
/// virtual thread starts a platform thread for the wait, so this is for exceptional cases and not for a model.
public sealed class DescriptorSocket extends Descriptor
        implements
            PollableDescriptor,
            StreamSocket,
            ConnectableSocket,
            PollableStream,
            SocketControl,
            BlockingSocket,
            AddressPair
        permits ReceivedConnectionSocket {
    /// The most bytes discarded before closing: a peer that sends without end is reset after all.
    private static final int DRAIN_MOST_BYTES = 256 << 10;
    private static final long PAUSE_MILLIS = 5;
    /// The interval of the checks whether a connection that is being begun was shut down.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /// The memory for its calls: its loop's, once it is watched.
    private SystemCallMemoryPool memories = SystemCallMemoryPool.shared();
    /// The readiness record that its calls update, where the multiplexer reports changes only.
    private EdgeReadiness readiness = EdgeReadiness.UNTRACKED;
    /// The local address or, if the peer has no IPv4 address, [OtherSides]. The local address is unspecified until the socket is
    /// connected.
    private volatile Object sides;
    /// The peer's IPv4 address, if it has one. As objects it would be four, kept by every idle connection.
    private final int peerNumber;
    private final char peerPort;
    private volatile boolean waits = true;
    /// Whether both sides are ended, so that no connection is begun any more.
    private volatile boolean shut;

    /// The sides of a connection whose peer has no IPv4 address.
    ///
    /// @param credentials of a Unix peer
    private record OtherSides(SocketAddress local, SocketAddress peer, Optional<Credentials> credentials) {}

    /// Takes ownership of an open descriptor.
    DescriptorSocket(int number, SocketAddress peer, SocketAddress local, Optional<Credentials> peerCredentials) {
        super(number);
        if (peer instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address address) {
            this.peerNumber = ByteBuffer.wrap(address.getAddress()).getInt();
            this.peerPort = (char) inet.getPort();
            this.sides = local;
        } else {
            this.peerNumber = 0;
            this.peerPort = 0;
            this.sides = new OtherSides(local, peer, peerCredentials);
        }
    }

    @Override
    public Descriptor descriptor() {
        return this;
    }

    @Override
    public EdgeReadiness readiness() {
        return readiness;
    }

    @Override
    public void joins(SystemCallMemoryPool loopsMemories, EdgeReadiness noted) {
        memories = loopsMemories;
        readiness = noted;
    }

    @Override
    public SocketControl control() {
        return this;
    }

    @Override
    public PollableStream source() {
        return this;
    }

    @Override
    public StreamSocket unowned() {
        return this;
    }

    @Override
    public BlockingSocket waiting() {
        return this;
    }

    @Override
    public AddressPair ends() {
        return this;
    }

    @Override
    public void blocking(boolean blocking) {
        waits = blocking;
    }

    @Override
    public StreamSocket socket() {
        return this;
    }

    /// Begins to connect with the first call. A later one returns 0 when it is connected, and why it cannot be (`connect(2)`).
    @Override
    public boolean connect() throws IOException {
        if (shut) {
            throw new ClosedChannelException();
        }
        SystemCallMemory memory = memories.take();
        try {
            begin();
            try {
                return connect(memory, peer());
            } finally {
                end();
            }
        } finally {
            memories.give(memory);
        }
    }

    private boolean connect(SystemCallMemory memory, SocketAddress peer) throws IOException {
        int before = readiness.state();
        int result = SocketCalls.connect(memory, number(), SocketAddresses.familyOf(peer), peer);
        if (ConnectErrnoMapper.isUnderWay(result)) {
            readiness.usedUp(EdgeReadiness.WRITE, before);
            return false;
        }
        ConnectErrnoMapper.require(result, peer);
        SystemCallException.require("getsockname", SocketCalls.getSockName(memory, number()));
        SocketAddress local = SocketCalls.lastAddress(memory);
        if (sides instanceof OtherSides) {
            sides = new OtherSides(local, peer, peer instanceof InetSocketAddress
                    ? Optional.empty()
                    : Optional.of(DescriptorListener.credentials(memory, number())));
        } else {
            sides = local;
        }
        return true;
    }

    @Override
    public boolean connectWithin(long atMostNanos, boolean goesOn) throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        while (true) {
            // Before the attempt: this process may be stopped after it.
            long left = deadline - System.nanoTime();
            if (connect()) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
            awaitReady(PollDescriptors.OUT, Math.min(left, LOOK_NANOS));
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (true) {
            int count = tryRead(into);
            if (count != 0 || !waits || !into.hasRemaining()) {
                return count;
            }
            awaitReady(PollDescriptors.IN, ReadinessWaitCalls.FOREVER);
        }
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        while (true) {
            // Before the read attempt: this process may be stopped after it.
            long left = deadline - System.nanoTime();
            int count = tryRead(into);
            if (count != 0) {
                return count;
            }
            if (left <= 0) {
                return TIMED_OUT;
            }
            awaitReady(PollDescriptors.IN, left);
        }
    }

    /// Reads without waiting.
    ///
    /// @return 0 when no bytes are available now
    private int tryRead(ByteBuffer into) throws IOException {
        SystemCallMemory loops = memories.ofCaller();
        if (loops != null) {
            requireOpen();
            return receiveInto(into, loops);
        }
        SystemCallMemory memory = memories.take();
        try {
            begin();
            try {
                return receiveInto(into, memory);
            } finally {
                end();
            }
        } finally {
            memories.give(memory);
        }
    }

    private int receiveInto(ByteBuffer into, SystemCallMemory memory) throws IOException {
        int asked = Math.min(into.remaining(), memory.transferBytes());
        int count = receive(memory, asked);
        if (count > 0) {
            memory.copyTo(into, count);
        }
        return count == 0 && asked > 0 ? END : Math.max(count, 0);
    }

    /// Receives into the memory without waiting.
    ///
    /// @return 0 at the end, negative when no bytes are available now
    private int receive(SystemCallMemory memory, int atMostBytes) throws IOException {
        int before = readiness.state();
        int count = SocketCalls.receive(memory, number(), atMostBytes);
        if (count == -Errno.EAGAIN || (count > 0 && count < atMostBytes && isWhole())) {
            readiness.usedUp(EdgeReadiness.READ, before);
        }
        return requireUnlessNotNow("recv", count);
    }

    /// Returns true when a short read has drained the socket. TCP shortens a read only before urgent data, which the
    /// multiplexer learns of together with the data or by a later change. A Unix socket shortens a read after each
    /// message with descriptors, without any event.
    private boolean isWhole() {
        return local() instanceof InetSocketAddress && !readiness.hadUrgent();
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int written = tryWrite(bytes);
        while (waits && bytes.hasRemaining()) {
            awaitReady(PollDescriptors.OUT, ReadinessWaitCalls.FOREVER);
            written += tryWrite(bytes);
        }
        return written;
    }

    private int tryWrite(ByteBuffer bytes) throws IOException {
        SystemCallMemory loops = memories.ofCaller();
        if (loops != null) {
            requireOpen();
            return sendFrom(bytes, loops);
        }
        SystemCallMemory memory = memories.take();
        try {
            begin();
            try {
                return sendFrom(bytes, memory);
            } finally {
                end();
            }
        } finally {
            memories.give(memory);
        }
    }

    private int sendFrom(ByteBuffer bytes, SystemCallMemory memory) throws IOException {
        int written = 0;
        while (bytes.hasRemaining()) {
            int asked = Math.min(bytes.remaining(), memory.transferBytes());
            memory.copyFrom(bytes, asked);
            int count = send(memory, asked);
            bytes.position(bytes.position() + count);
            written += count;
            if (count < asked) {
                break;
            }
        }
        return written;
    }

    private int send(SystemCallMemory memory, int bytes) throws IOException {
        int before = readiness.state();
        int count = SocketCalls.send(memory, number(), bytes);
        if (count == -Errno.EAGAIN || (count >= 0 && count < bytes)) {
            readiness.usedUp(EdgeReadiness.WRITE, before);
        }
        if (count == -Errno.EPIPE) {
            throw new BrokenPipeException(new SystemCallException("send", count));
        }
        return Math.max(0, requireUnlessNotNow("send", count));
    }

    private static int requireUnlessNotNow(String call, int result) throws SystemCallException {
        return result == -Errno.EAGAIN || result == -Errno.EINTR
                ? result
                : SystemCallException.require(call, result);
    }

    /// Waits for the descriptor; the next call finds out what has happened, if anything.
    private void awaitReady(int events, long atMostNanos) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            awaitElsewhere(events, atMostNanos);
        } else {
            await(events, atMostNanos);
        }
    }

    /// Waits on a platform thread of its own, because a virtual thread would hold its carrier, which others need.
    private void awaitElsewhere(int events, long atMostNanos) throws IOException {
        CompletableFuture<@Nullable IOException> over = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("polyserve-wait").start(() -> {
            try {
                await(events, atMostNanos);
                over.complete(null);
            } catch (IOException e) {
                over.complete(e);
            }
        });
        try {
            IOException failed = over.get();
            if (failed != null) {
                throw failed;
            }
        } catch (InterruptedException e) {
            // Like the JDK's channels: an interrupted wait closes the connection.
            Thread.currentThread().interrupt();
            shutdown();
            throw new ClosedByInterruptException();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the future never fails", e);
        }
    }

    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        try {
            return isReady(toWrite ? PollDescriptors.OUT : PollDescriptors.IN)
                    ? ReadinessAtDeadline.YES
                    : ReadinessAtDeadline.NO;
        } catch (IOException e) {
            // Closed: its owner notices that itself.
            return ReadinessAtDeadline.NO;
        }
    }

    @Override
    public int unacknowledged() throws IOException {
        if (!(local() instanceof InetSocketAddress)) {
            return 0;
        }
        SystemCallMemory memory = memories.take();
        try {
            begin();
            try {
                return SystemCallException.require("ioctl", SocketCalls.unacknowledged(memory, number()));
            } finally {
                end();
            }
        } finally {
            memories.give(memory);
        }
    }

    @Override
    public boolean awaitAcknowledged(long atMostNanos) throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        try {
            while (unacknowledged() > 0) {
                if (System.nanoTime() - deadline >= 0) {
                    return false;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    @Override
    public boolean endOutput(boolean closes) throws IOException {
        if (!closes && isOpen()) {
            int result = shutdown(SocketCalls.SHUT_WR);
            if (result != -Errno.ENOTCONN) {
                SystemCallException.require("shutdown", result);
            }
        }
        return true;
    }

    @Override
    public void cutInput() {
        // A connection that is closed or reset has no input to cut, and its reader notices that.
        int unused = shutdown(SocketCalls.SHUT_RD);
        assert unused <= 0;
    }

    @Override
    public void resetOnClose() {
        SystemCallMemory memory = memories.take();
        try {
            if (!(local() instanceof InetSocketAddress) || !tryBegin()) {
                return;
            }
            // Failure means that the connection is already lost, and needs no reset.
            int unused = SocketCalls.lingerNot(memory, number());
            assert unused <= 0;
            end();
        } finally {
            memories.give(memory);
        }
    }

    @Override
    public boolean peerGone() {
        PollDescriptors one = new PollDescriptors(1);
        SystemCallMemory memory = memories.take();
        if (!tryBegin()) {
            memories.give(memory);
            return true;
        }
        try {
            one.set(0, number(), 0);
            return ReadinessWaitCalls.poll(memory, one, 1, 0) == 1 && (one.takeHappened(0) & PollDescriptors.ERR) != 0;
        } finally {
            memories.give(memory);
            end();
        }
    }

    @Override
    public void shutdown() {
        shut = true;
        int unused = shutdown(SocketCalls.SHUT_RDWR);
        assert unused <= 0;
    }

    private int shutdown(int how) {
        // Before the call begins: a call that does not end would keep the descriptor open.
        SystemCallMemory memory = memories.take();
        if (!tryBegin()) {
            memories.give(memory);
            return 0;
        }
        try {
            return SocketCalls.shutdown(memory, number(), how);
        } finally {
            memories.give(memory);
            end();
        }
    }

    @Override
    public void close(boolean unread) throws IOException {
        if (unread) {
            drainAndClose();
        } else {
            close();
        }
    }

    private void drainAndClose() throws IOException {
        SystemCallMemory memory = memories.take();
        try {
            if (!(local() instanceof InetSocketAddress)) {
                // Accepts no more input: closing a Unix socket with unread bytes resets the peer.
                cutInput();
            }
            if (tryBegin()) {
                try {
                    drain(memory);
                } finally {
                    end();
                }
            }
        } finally {
            memories.give(memory);
            close();
        }
    }

    private void drain(SystemCallMemory memory) throws IOException {
        int drained = 0;
        for (int count; drained < DRAIN_MOST_BYTES && isOpen()
                && (count = receive(memory, memory.transferBytes())) > 0;) {
            drained += count;
        }
    }

    @Override
    public SocketAddress peer() {
        if (sides instanceof OtherSides other) {
            return other.peer;
        }
        byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(peerNumber).array();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(number), peerPort);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an IPv4 address", e);
        }
    }

    @Override
    public Optional<Credentials> peerCredentials() {
        return sides instanceof OtherSides other ? other.credentials : Optional.empty();
    }

    @Override
    public SocketAddress local() {
        return sides instanceof OtherSides other ? other.local : (SocketAddress) sides;
    }
}
