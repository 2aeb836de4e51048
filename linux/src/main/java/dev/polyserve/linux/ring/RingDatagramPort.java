package dev.polyserve.linux.ring;

import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.linux.socket.DescriptorDatagramPort;
import dev.polyserve.linux.socket.EdgeReadiness;
import dev.polyserve.linux.system.SystemCallMemoryPool;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.MultishotRecvmsg;
import dev.polyserve.linux.system.RingLayout;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A datagram port on a ring: one multishot receive, into the port's own buffers. It sends like a port on descriptors,
/// many datagrams per call.
///
/// **Thread**: as [DatagramPort].
final class RingDatagramPort extends RingBoundSocket<DescriptorDatagramPort> implements DatagramPort {
    /// 2 MiB, with 64 KiB for each.
    private static final int BUFFERS = 32;

    private final MultishotRecvmsg messages = new MultishotRecvmsg();
    private @Nullable ReceiveBuffers buffers;
    private int group;
    private int first = ReceiveBuffers.NONE;
    private int last = ReceiveBuffers.NONE;
    /// Of the message being read: the length of its datagrams if several were joined (GRO), the sender, and the
    /// destination.
    private int pieceBytes;
    private @Nullable SocketAddress sender;
    private SocketAddress local;
    private int errno;

    RingDatagramPort(DescriptorDatagramPort direct) {
        super(direct);
        this.local = direct.address();
    }

    /// Joins the ring that watches it from now on.
    void joins(RingOperations itsOperations, SystemCallMemoryPool memories) throws IOException {
        direct.joins(memories, EdgeReadiness.UNTRACKED);
        group = itsOperations.newGroup();
        buffers = ReceiveBuffers.open(itsOperations.ring(), group, MultishotRecvmsg.BUFFER_BYTES, BUFFERS);
        joins(itsOperations);
    }

    // --- receiving ---

    @Override
    RingOperationKind multishot() {
        return RingOperationKind.RECEIVE_MESSAGES;
    }

    @Override
    void submit() {
        RingOperations itsOperations = operations;
        if (itsOperations == null || buffers == null || slot == 0) {
            return;
        }
        boolean wanted = (interest() & Multiplexer.READ) != 0;
        if (wanted && !isActive() && first == ReceiveBuffers.NONE && errno == 0) {
            begins();
            buffers.publish();
            itsOperations.receiveMessages(this, direct.descriptor().number(), messages.address(), group);
        } else if (!wanted || isToMove()) {
            cancel();
        }
    }

    @Override
    void completed(RingOperationKind operation, int result, int flags) {
        if (operations == null || buffers == null) {
            throw new IllegalStateException("no ring watches " + direct.endpoint());
        }
        if ((flags & RingLayout.CQE_F_BUFFER) != 0) {
            hold(buffers, flags >>> RingLayout.CQE_BUFFER_SHIFT);
        }
        if (ends(flags)) {
            boolean expected = result >= 0 || result == -Errno.ENOBUFS || result == -Errno.ECANCELED
                    || result == -Errno.EAGAIN || result == -Errno.EINTR;
            errno = expected ? errno : -result;
            operations.due(this);
        } else if (isToMove()) {
            operations.due(this);
        }
        operations.enlist(this);
    }

    private void hold(ReceiveBuffers from, int buffer) {
        int payload = MultishotRecvmsg.payloadBytes(from.whole(buffer));
        from.filled(buffer, MultishotRecvmsg.PAYLOAD, MultishotRecvmsg.PAYLOAD + payload);
        if (first == ReceiveBuffers.NONE) {
            first = buffer;
        } else {
            from.link(last, buffer);
        }
        last = buffer;
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer into) throws IOException {
        ReceiveBuffers from = buffers;
        if (from == null || operations == null) {
            return direct.receive(into);
        }
        operations.assertOwner();
        if (first == ReceiveBuffers.NONE) {
            from.publish();
            throwIfFailed();
            return null;
        }
        if (sender == null) {
            MemorySegment whole = from.whole(first);
            sender = messages.sender(whole);
            local = direct.isToldLocal() ? messages.local(whole, direct.address()) : direct.address();
            pieceBytes = MultishotRecvmsg.segmentBytes(whole);
        }
        SocketAddress told = sender;
        int left = from.left(first);
        from.takePiece(first, into, pieceBytes > 0 ? Math.min(pieceBytes, left) : left);
        if (from.left(first) == 0) {
            giveFirstBack(from, operations);
        }
        return told;
    }

    @Override
    public SocketAddress local() {
        return buffers == null ? direct.local() : local;
    }

    private void giveFirstBack(ReceiveBuffers from, RingOperations itsOperations) {
        int given = first;
        first = from.next(given);
        from.giveBack(given);
        sender = null;
        if (!isActive() && first == ReceiveBuffers.NONE) {
            itsOperations.due(this);
        }
    }

    private void throwIfFailed() throws IOException {
        int failed = errno;
        if (failed != 0) {
            errno = 0;
            if (operations != null) {
                operations.due(this);
            }
            throw new SystemCallException("recvmsg", -failed);
        }
    }

    @Override
    int ready() {
        boolean readable = first != ReceiveBuffers.NONE || errno != 0;
        return ((readable ? Multiplexer.READ : 0) | Multiplexer.WRITE) & interest();
    }

    @Override
    public DatagramSender sender() {
        return direct;
    }

    // --- ending ---

    /// Frees the buffers only once the kernel can no longer write to them. If the kernel refuses to cancel the receive,
    /// the buffers and the slot stay until the ring is closed.
    @Override
    void leave() {
        RingOperations itsOperations = operations;
        if (itsOperations == null) {
            return;
        }
        try {
            cancelNow();
            itsOperations.ring().unregister(group);
        } catch (IOException e) {
            throw new UncheckedIOException("datagrams are received at " + direct.endpoint() + " until its loop ends",
                    e);
        }
        itsOperations.leave(this);
        abandon();
    }

    @Override
    void abandon() {
        ReceiveBuffers unused = buffers;
        operations = null;
        buffers = null;
        first = ReceiveBuffers.NONE;
        try {
            if (unused != null) {
                unused.unmap();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
