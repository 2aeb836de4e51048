package dev.polyserve.io;

import dev.polyserve.conversation.BrokenPipeException;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.ReadinessAtDeadline;
import dev.polyserve.conversation.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection of the JDK's family, TCP or Unix.
final class ChannelSocket
        implements
            StreamSocket,
            ConnectableSocket,
            SocketControl,
            BlockingSocket,
            AddressPair,
            PollableStream,
            PollableChannel {
    /// The most that is discarded before closing: a peer that sends without end is reset after all.
    private static final int DRAIN_STEP_BYTES = 2 << 10;
    private static final int DRAIN_MOST_BYTES = 256 << 10;
    /// The interval of the checks whether a connection that is being begun was shut down.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final boolean ON_LINUX = System.getProperty("os.name", "").equals("Linux");

    private final SocketChannel channel;
    private final SocketAddress peer;
    /// Of one that is to be connected, the unspecified address until then.
    private volatile SocketAddress local;
    private boolean blocking = true;
    private long sentBytes;
    private boolean acknowledged;
    private volatile boolean outputEnded;
    /// Created by the first read with a time limit.
    private @Nullable InputStream timedInput;

    ChannelSocket(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.peer = channel.getRemoteAddress();
        this.local = channel.getLocalAddress();
    }

    /// A socket that is to be connected.
    ChannelSocket(SocketChannel channel, SocketAddress peer) {
        this.channel = channel;
        this.peer = peer;
        this.local = peer instanceof InetSocketAddress ? new InetSocketAddress(0) : UnixDomainSocketAddress.of("");
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
    public void blocking(boolean waits) throws IOException {
        if (blocking != waits) {
            channel.configureBlocking(waits);
            blocking = waits;
        }
    }

    @Override
    public StreamSocket socket() {
        return this;
    }

    @Override
    public boolean connect() throws IOException {
        try {
            boolean connected = channel.isConnectionPending() ? channel.finishConnect() : channel.connect(peer);
            if (connected) {
                local = channel.getLocalAddress();
            }
            return connected;
        } catch (UnresolvedAddressException | UnsupportedAddressTypeException e) {
            throw new UnreachableException("the address cannot be used on this machine", e);
        } catch (SocketException e) {
            throw refusal(e);
        }
    }

    /// Why the attempt has failed.
    private IOException refusal(SocketException e) {
        if (Thread.currentThread().isInterrupted()) {
            var interrupted = new ClosedByInterruptException();
            interrupted.initCause(e);
            return interrupted;
        }
        boolean tcp = peer instanceof InetSocketAddress;
        return switch (e) {
            case NoRouteToHostException _ -> new UnreachableException(UnreachableException.NO_ROUTE, e);
            // The JDK has this type for three errors: no port is free, the port is in use, and permission denied.
            case BindException _ when tcp && !says(e, "Permission denied") -> UnreachableException.noPort(e);
            case SocketException _ when says(e, "No buffer space available") || says(e, "Cannot allocate memory") ->
                ResourceExhaustedException.noMemory(e);
            // For a Unix socket this exception type has no other reason than a refusal.
            case ConnectException _ -> new UnreachableException(
                    tcp ? e.getMessage() + "; is a server running there?" : UnreachableException.REFUSED, e);
            // A Unix socket is connected at once, or not at all. One that may be written to fails for lack of room only.
            case SocketException _ when peer instanceof UnixDomainSocketAddress unix
                    && Files.isWritable(unix.getPath()) ->
                new BacklogFullException(e);
            default -> new UnreachableException(e.getMessage()
                    + (tcp ? "; check the address and the network" : "; is a server running there?"), e);
        };
    }

    /// Whether it is this error; the JDK tells most of them apart in its text only.
    private static boolean says(SocketException e, String text) {
        return e.getMessage() != null && e.getMessage().contains(text);
    }

    @Override
    public boolean connectWithin(long atMostNanos, boolean goesOn) throws IOException {
        if (!(peer instanceof InetSocketAddress)) {
            return connectUnix();
        }
        if (goesOn || channel.isConnectionPending()) {
            return connectInSteps(atMostNanos);
        }
        try {
            channel.socket().connect(peer, Math.clamp(ceilMillis(atMostNanos), 1, Integer.MAX_VALUE));
            local = channel.getLocalAddress();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            throw refusal(e);
        }
    }

    /// Connects with a selector: a wait of the channel's socket view that is too short closes the channel.
    private boolean connectInSteps(long atMostNanos) throws IOException {
        blocking(false);
        long begin = System.nanoTime();
        boolean connected = connect();
        for (long left = atMostNanos; !connected && left > 0; left = atMostNanos - (System.nanoTime() - begin)) {
            awaitConnectable(Math.min(left, LOOK_NANOS));
            connected = connect();
        }
        if (connected) {
            blocking(true);
        }
        return connected;
    }

    /// Another thread may close the channel meanwhile, which does not end the wait of a selector.
    private void awaitConnectable(long atMostNanos) throws IOException {
        try (Selector selector = openedSelector()) {
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            try {
                int _ = selector.select(Math.max(1, ceilMillis(atMostNanos)));
            } finally {
                key.cancel();
                selector.selectNow();
            }
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }

    private static Selector openedSelector() throws ResourceExhaustedException {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw ResourceExhaustedException.noWatch(e);
        }
    }

    /// A connect in blocking mode would wait for room in the backlog without a limit.
    private boolean connectUnix() throws IOException {
        blocking(false);
        boolean connected = connect();
        blocking(true);
        return connected;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    @Override
    public int readWithin(ByteBuffer into, long atMostNanos) throws IOException {
        return peer instanceof InetSocketAddress ? readTcpWithin(into, atMostNanos) : readUnixWithin(into, atMostNanos);
    }

    /// Reads through the channel's socket view, the JDK's only way to wait for a single socket with a time limit.
    private int readTcpWithin(ByteBuffer into, long atMostNanos) throws IOException {
        channel.socket().setSoTimeout(Math.clamp(ceilMillis(atMostNanos), 1, Integer.MAX_VALUE));
        if (timedInput == null) {
            timedInput = channel.socket().getInputStream();
        }
        try {
            int count = timedInput.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            return count < 0 ? END : count;
        } catch (SocketTimeoutException e) {
            // This process may have been stopped between its last read and its last look at the clock.
            return timedInput.available() > 0 ? channel.read(into) : TIMED_OUT;
        }
    }

    /// Reads with a selector, since a Unix channel has no socket view; a selector requires a non-blocking channel.
    private int readUnixWithin(ByteBuffer into, long atMostNanos) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            try {
                // One more try after the time is over: this process may have been stopped meanwhile.
                if (selector.select(Math.max(1, ceilMillis(atMostNanos))) == 0 && selector.selectNow() == 0) {
                    return TIMED_OUT;
                }
            } finally {
                key.cancel();
                selector.selectNow();
                channel.configureBlocking(true);
            }
        }
        return channel.read(into);
    }

    /// The JDK reports the number of readable bytes but not the end of input, and only for TCP.
    @Override
    public ReadinessAtDeadline pending(boolean toWrite) {
        if (toWrite || !(peer instanceof InetSocketAddress)) {
            return ReadinessAtDeadline.UNKNOWN;
        }
        try {
            return channel.socket().getInputStream().available() > 0
                    ? ReadinessAtDeadline.YES
                    : ReadinessAtDeadline.UNKNOWN;
        } catch (IOException e) {
            // The channel or its input is closed: the owner detects that.
            return ReadinessAtDeadline.UNKNOWN;
        }
    }

    /// Unknown for TCP: the JDK does not report acknowledgement.
    @Override
    public int unacknowledged() {
        return sentBytes > 0 && peer instanceof InetSocketAddress ? Wire.UNKNOWN : 0;
    }

    /// Whether the kernel has accepted, and the peer received, what was written.
    private boolean sent() throws IOException {
        return blocking || sentBytes <= FIRST_FLIGHT_BYTES || !mayAskWhetherAcknowledged() || becomesWritable(0);
    }

    private boolean mayAskWhetherAcknowledged() {
        return ON_LINUX && !acknowledged && unacknowledged() != 0;
    }

    @Override
    public boolean awaitAcknowledged(long atMostNanos) throws IOException {
        if (!mayAskWhetherAcknowledged()) {
            return true;
        }
        channel.configureBlocking(false);
        try {
            return becomesWritable(atMostNanos);
        } finally {
            channel.configureBlocking(blocking);
        }
    }

    /// With the smallest send buffer, Linux reports a socket as writable only when nearly all bytes are acknowledged.
    private boolean becomesWritable(long atMostNanos) throws IOException {
        Selector opened;
        try {
            opened = Selector.open();
        } catch (IOException e) {
            // No descriptor is available: the state is unknown, and the close waits for the peer instead.
            return true;
        }
        try (Selector selector = opened) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 1);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            int ready = atMostNanos > 0 ? selector.select(Math.max(1, ceilMillis(atMostNanos))) : selector.selectNow();
            acknowledged = ready > 0;
            key.cancel();
            return acknowledged;
        }
    }

    private static long ceilMillis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos + 999_999);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int count = writeToChannel(bytes);
        sentBytes += count;
        acknowledged = false;
        return count;
    }

    private int writeToChannel(ByteBuffer bytes) throws IOException {
        try {
            return channel.write(bytes);
        } catch (IOException e) {
            throw BrokenPipeDetector.isCauseOf(e) ? new BrokenPipeException(e) : e;
        }
    }

    @Override
    public boolean endOutput(boolean closes) throws IOException {
        if (!sent()) {
            return false;
        }
        if (!closes) {
            outputEnded = true;
            if (channel.isOpen()) {
                channel.shutdownOutput();
            }
        }
        return true;
    }

    @Override
    public void cutInput() {
        if (!channel.isConnected()) {
            return;
        }
        try {
            channel.shutdownInput();
        } catch (IOException e) {
            // Already closed or reset: the reader detects that, which ends its wait, too.
            assert !channel.isOpen() || e.getMessage() != null;
        }
    }

    @Override
    public void resetOnClose() {
        if (peer instanceof InetSocketAddress) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                // Closed or reset already: there is no peer to reset.
                assert !channel.isOpen() || e.getMessage() != null;
            }
        }
    }

    /// Polls for connect readiness alone. A connected channel never has it, unless poll reports an error or a hang-up,
    /// which make a channel ready for every requested operation. After our own end, the peer's end is a hang-up, too,
    /// and so is the orderly close of a Unix peer: neither can be distinguished from a reset.
    @Override
    public boolean peerGone() {
        if (!(peer instanceof InetSocketAddress) || outputEnded || !channel.isOpen()) {
            return false;
        }
        boolean waits = blocking;
        try (Selector selector = Selector.open()) {
            blocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            try {
                return selector.selectNow() > 0;
            } finally {
                key.cancel();
                selector.selectNow();
                blocking(waits);
            }
        } catch (ClosedChannelException e) {
            return true;
        } catch (IOException e) {
            // No descriptor is available for the check: the state is unknown.
            return false;
        }
    }

    @Override
    public void shutdown() {
        if (!channel.isConnected()) {
            abandonConnect();
            return;
        }
        cutInput();
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            assert !channel.isOpen() || e.getMessage() != null;
        }
    }

    /// Closes the channel, which wakes a thread that waits for its connection.
    private void abandonConnect() {
        try {
            channel.close();
        } catch (IOException e) {
            assert !channel.isOpen();
        }
    }

    @Override
    public void close(boolean unread) throws IOException {
        if (unread) {
            drainAndClose();
        } else {
            channel.close();
        }
    }

    private void drainAndClose() throws IOException {
        try (SocketChannel closing = channel) {
            closing.configureBlocking(false);
            ByteBuffer away = ByteBuffer.allocate(DRAIN_STEP_BYTES);
            int drained = 0;
            for (int count; drained < DRAIN_MOST_BYTES && (count = closing.read(away.clear())) > 0;) {
                drained += count;
            }
        } catch (ClosedChannelException e) {
            // Closed by an interrupt meanwhile, which is the intended result.
            assert !channel.isOpen();
        }
    }

    @Override
    public SocketAddress peer() {
        return peer;
    }

    @Override
    public Optional<ConnectionInfo.Credentials> peerCredentials() {
        if (peer instanceof InetSocketAddress) {
            return Optional.empty();
        }
        throw new UnsupportedOperationException(
                "this model does not know the credentials of the peer (the JDK has no process"
                        + " id); use a model on descriptors, such as epoll");
    }

    @Override
    public SocketAddress local() {
        return local;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }
}
