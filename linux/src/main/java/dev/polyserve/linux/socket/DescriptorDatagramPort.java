package dev.polyserve.linux.socket;

import dev.polyserve.io.BindFailedException;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SendmmsgBatch;
import dev.polyserve.linux.system.RecvmmsgBatch;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SendFromAddress;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// A datagram port on a descriptor, UDP or Unix. One call receives up to sixteen messages, which [#receive] returns one
/// by one; one call sends all collected datagrams.
public final class DescriptorDatagramPort extends BoundPollableDescriptor implements DatagramPort, DatagramSender {
    /// 1 MiB per port, with 64 KiB for each. More messages at once would save about ten nanoseconds each.
    private static final int RECEIVED_AT_ONCE = 16;

    private final RecvmmsgBatch received = new RecvmmsgBatch(RECEIVED_AT_ONCE);
    private final DatagramSendBatch outgoing;
    private int held;
    private int next;
    /// The offset of the next datagram in the next message, which may contain several joined datagrams (GRO).
    private int nextByte;
    /// The last call has received everything available.
    private boolean saidAll;
    /// The index of the current message, and its sender.
    private int current;
    private @Nullable SocketAddress currentSender;

    /// The destination address of the current message.
    private SocketAddress currentLocal;
    /// True when the system reports destination addresses, which a wildcard port needs.
    private final boolean toldLocal;

    private DescriptorDatagramPort(BoundDescriptor bound, boolean canJoin, boolean toldLocal) {
        super(bound);
        this.toldLocal = toldLocal;
        this.currentLocal = bound.address();
        this.outgoing = new DatagramSendBatch(bound.family(), canJoin);
    }

    /// Creates a port. UDP datagrams are received and sent joined (GRO, GSO) where the system supports it.
    static DescriptorDatagramPort of(BoundDescriptor bound) throws IOException {
        if (bound.family() == SocketAddresses.AF_UNIX) {
            return new DescriptorDatagramPort(bound, false, false);
        }
        SystemCallMemory memory = SystemCallMemory.small();
        int descriptor = bound.descriptor().number();
        // An older system refuses the option; each datagram then arrives separately.
        int unused = SocketCalls.setOption(memory, descriptor, IntSocketOption.UDP_GRO, 1);
        assert unused <= 0;
        boolean canJoin = SocketCalls.getOption(memory, descriptor, IntSocketOption.UDP_SEGMENT) >= 0;
        boolean everyAddress = bound.address() instanceof InetSocketAddress inet
                && inet.getAddress().isAnyLocalAddress();
        if (everyAddress) {
            tellLocal(memory, bound);
        }
        return new DescriptorDatagramPort(bound, canJoin, everyAddress);
    }

    /// Enables the report of destination addresses. For IPv4 traffic an IPv6 socket needs the IPv4 option, too.
    private static void tellLocal(SystemCallMemory memory, BoundDescriptor bound) throws IOException {
        int descriptor = bound.descriptor().number();
        try {
            if (bound.family() == SocketAddresses.AF_INET6) {
                SystemCallException.require("setsockopt",
                        SocketCalls.setOption(memory, descriptor, IntSocketOption.IPV6_RECVPKTINFO, 1));
            }
            SystemCallException.require("setsockopt",
                    SocketCalls.setOption(memory, descriptor, IntSocketOption.IP_PKTINFO, 1));
        } catch (IOException e) {
            bound.close();
            throw new BindFailedException(bound.endpoint(), "the system does not tell which address a datagram was sent"
                    + " to, so it could not be answered from there; listen at one address", e);
        }
    }

    /// Returns the next datagram. After a turn's last datagram it returns null without a system call: the multiplexer
    /// reports later arrivals.
    @Override
    public @Nullable SocketAddress receive(ByteBuffer into) throws IOException {
        if (!holdsReceived() && !receiveSome()) {
            return null;
        }
        int joinedBytes = received.bytes(next);
        int pieceBytes = received.segmentBytes(next);
        int begin = nextByte;
        int end = pieceBytes > 0 ? Math.min(joinedBytes, begin + pieceBytes) : joinedBytes;
        received.copyTo(into, next, begin, Math.min(end - begin, into.remaining()));
        current = next;
        SocketAddress sender = received.sender(current);
        currentSender = sender;
        currentLocal = toldLocal ? received.local(current, bound.address()) : bound.address();
        nextByte = end;
        if (end == joinedBytes) {
            next++;
            nextByte = 0;
        }
        return sender;
    }

    @Override
    public SocketAddress local() {
        return currentLocal;
    }

    /// Returns true when the system reports the destination address of each datagram.
    public boolean isToldLocal() {
        return toldLocal;
    }

    /// Returns the source address for the system call; null at a port with one address, or for a wildcard.
    private @Nullable SocketAddress source(SocketAddress from) {
        boolean every = from instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
        return toldLocal && !every ? from : null;
    }

    @Override
    public boolean holdsReceived() {
        return next < held;
    }

    private boolean receiveSome() throws IOException {
        next = 0;
        held = 0;
        currentSender = null;
        if (saidAll) {
            saidAll = false;
            return false;
        }
        SystemCallMemory memory = memories.take();
        try {
            held = Math.max(0, receive(memory));
        } finally {
            memories.give(memory);
        }
        saidAll = held > 0 && held < received.capacity();
        return held > 0;
    }

    /// Receives a batch of messages without waiting.
    ///
    /// @return negative when no datagram waits
    private int receive(SystemCallMemory memory) throws IOException {
        descriptor.begin();
        try {
            int before = readiness.state();
            int count;
            do {
                count = received.receive(memory, descriptor.number());
            } while (count == -Errno.EINTR);
            // Fewer than requested are all: the call has found no more, or an error that arrived during the call and is
            // a new change.
            if (count == -Errno.EAGAIN || (count >= 0 && count < received.capacity())) {
                readiness.usedUp(EdgeReadiness.READ, before);
            }
            return count == -Errno.EAGAIN ? count : SystemCallException.require("recvmmsg", count);
        } finally {
            descriptor.end();
        }
    }

    @Override
    public DatagramSender sender() {
        return this;
    }

    @Override
    public void collect(ByteBuffer bytes, SocketAddress to, SocketAddress from, Outcome outcome) {
        if (hasNoName(to)) {
            outcome.failed(to, noName());
        } else if (bytes.remaining() > SendmmsgBatch.MOST_BYTES) {
            outcome.failed(to, tooLong(bytes.remaining()));
        } else {
            if (!outgoing.fits(bytes.remaining())) {
                flush(outcome);
            }
            add(bytes, to, source(from));
        }
    }

    @SuppressWarnings("ReferenceEquality") // another object with the same address is only slower
    private void add(ByteBuffer bytes, SocketAddress to, @Nullable SocketAddress from) {
        if (to == currentSender) {
            outgoing.addReply(bytes, to, from, received, current);
        } else {
            outgoing.add(bytes, to, from);
        }
    }

    @Override
    public void flush(Outcome outcome) {
        if (outgoing.isEmpty()) {
            return;
        }
        SystemCallMemory memory = memories.take();
        if (!descriptor.tryBegin()) {
            memories.give(memory);
            outgoing.fail(new ClosedChannelException(), outcome);
            return;
        }
        try {
            outgoing.send(memory, descriptor.number(), outcome);
        } finally {
            memories.give(memory);
            descriptor.end();
        }
    }

    private static boolean hasNoName(SocketAddress to) {
        return to instanceof UnixDomainSocketAddress unix && unix.getPath().toString().isEmpty();
    }

    private static IOException noName() {
        return new IOException("the sender has bound no address, so it cannot be answered");
    }

    private static IOException tooLong(int bytes) {
        return new IOException("a datagram of " + bytes + " bytes is longer than any may be");
    }

    @Override
    public boolean send(ByteBuffer bytes, SocketAddress to, SocketAddress from) throws IOException {
        if (hasNoName(to)) {
            throw noName();
        }
        SystemCallMemory memory = memories.take();
        try {
            int count = bytes.remaining();
            if (count > memory.transferBytes()) {
                throw tooLong(count);
            }
            memory.copyFrom(bytes, count);
            boolean sent = send(memory, count, to, source(from));
            if (sent) {
                bytes.position(bytes.limit());
            }
            return sent;
        } finally {
            memories.give(memory);
        }
    }

    private boolean send(SystemCallMemory memory, int bytes, SocketAddress to, @Nullable SocketAddress from)
            throws IOException {
        descriptor.begin();
        try {
            int sent;
            do {
                sent = from == null
                        ? SocketCalls.sendTo(memory, descriptor.number(), bytes, bound.family(), to)
                        : SendFromAddress.send(memory, descriptor.number(), bytes, bound.family(), to, from);
            } while (sent == -Errno.EINTR);
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                return false;
            }
            SystemCallException.require(from == null ? "sendto" : "sendmsg", sent);
            return true;
        } finally {
            descriptor.end();
        }
    }
}
