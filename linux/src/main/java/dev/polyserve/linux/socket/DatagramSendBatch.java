package dev.polyserve.linux.socket;

import dev.polyserve.io.DatagramSender;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SendmmsgBatch;
import dev.polyserve.linux.system.RecvmmsgBatch;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Collects datagrams, and sends them together. A failure concerns one datagram only: the others are sent, in their
/// order.
///
/// **Thread**: the loop's of its port.
final class DatagramSendBatch {
    private final int family;
    private final SendmmsgBatch messages = new SendmmsgBatch();
    private final @Nullable SocketAddress[] peers = new SocketAddress[SendmmsgBatch.CAPACITY];
    /// The largest length at which the system has not refused joined datagrams; 0 where it cannot send them.
    private int mostPieceBytes;

    DatagramSendBatch(int family, boolean canJoin) {
        this.family = family;
        this.mostPieceBytes = canJoin ? SendmmsgBatch.MOST_BYTES : 0;
    }

    boolean isEmpty() {
        return messages.count() == 0;
    }

    boolean fits(int bytes) {
        return messages.fits(bytes);
    }

    /// Adds a datagram that [#fits].
    ///
    /// @param from the local address to send it from; null: the system chooses
    void add(ByteBuffer bytes, SocketAddress to, @Nullable SocketAddress from) {
        peers[messages.count()] = to;
        messages.add(bytes, family, to, from);
    }

    /// Like [#add], to the sender of a received message.
    void addReply(ByteBuffer bytes, SocketAddress to, @Nullable SocketAddress from, RecvmmsgBatch requests,
            int index) {
        peers[messages.count()] = to;
        messages.addReply(bytes, requests, index, from);
    }

    /// Sends all datagrams, and reports the outcome of each.
    void send(SystemCallMemory memory, int descriptor, DatagramSender.Outcome outcome) {
        int all = messages.join(mostPieceBytes);
        int datagram = 0;
        for (int message = 0; message < all;) {
            int sent = send(memory, descriptor, message, all - message);
            for (int end = message + sent; message < end; message++) {
                for (int left = messages.joined(message); left > 0; left--, datagram++) {
                    outcome.sent();
                }
            }
            if (sent < 0) {
                int joined = messages.joined(message);
                if (joined == 1) {
                    tell(datagram, sent, outcome);
                } else {
                    sendSingly(memory, descriptor, message, datagram, outcome);
                }
                datagram += joined;
                message++;
            }
        }
        clear();
    }

    private int send(SystemCallMemory memory, int descriptor, int message, int count) {
        int sent;
        do {
            sent = messages.send(memory, descriptor, message, count);
        } while (sent == -Errno.EINTR);
        return sent;
    }

    /// Sends the datagrams of a refused message one by one. A joined message may exceed the path's limit, or its device
    /// cannot segment. For any other cause, each datagram fails on its own.
    private void sendSingly(SystemCallMemory memory, int descriptor, int message, int first,
            DatagramSender.Outcome outcome) {
        int joined = messages.joined(message);
        boolean all = true;
        for (int datagram = first; datagram < first + joined; datagram++) {
            int sent;
            do {
                sent = messages.sendOne(memory, descriptor, message, datagram);
            } while (sent == -Errno.EINTR);
            all &= sent > 0;
            tell(datagram, sent, outcome);
        }
        if (all) {
            mostPieceBytes = Math.min(mostPieceBytes, messages.bytes(first) - 1);
        }
    }

    private void tell(int datagram, int sent, DatagramSender.Outcome outcome) {
        if (sent > 0) {
            outcome.sent();
        } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
            outcome.failed(peer(datagram), DatagramSender.noRoom());
        } else {
            outcome.failed(peer(datagram), new SystemCallException("sendmmsg", sent));
        }
    }

    /// Fails all datagrams: none can be sent any more.
    void fail(IOException why, DatagramSender.Outcome outcome) {
        for (int datagram = 0; datagram < messages.count(); datagram++) {
            outcome.failed(peer(datagram), why);
        }
        clear();
    }

    private SocketAddress peer(int datagram) {
        SocketAddress peer = peers[datagram];
        if (peer == null) {
            throw new IllegalStateException("no datagram has the number " + datagram);
        }
        return peer;
    }

    private void clear() {
        Arrays.fill(peers, 0, messages.count(), null);
        messages.clear();
    }
}
