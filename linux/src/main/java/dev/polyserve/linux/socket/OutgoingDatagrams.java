package dev.polyserve.linux.socket;

import dev.polyserve.io.DatagramPort;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.MessagesToSend;
import dev.polyserve.linux.system.ReceivedMessages;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Replies that are sent together. What goes wrong with one is told of that one: the others are sent, in their order.
///
/// **Thread**: its port's loop's.
final class OutgoingDatagrams {
    private final int family;
    private final MessagesToSend messages = new MessagesToSend();
    private final @Nullable SocketAddress[] peers = new SocketAddress[MessagesToSend.CAPACITY];
    /// Up to which length the system has not refused to send datagrams joined; 0 where it cannot.
    private int mostPieceBytes;

    OutgoingDatagrams(int family, boolean canJoin) {
        this.family = family;
        this.mostPieceBytes = canJoin ? MessagesToSend.MOST_BYTES : 0;
    }

    boolean isEmpty() {
        return messages.count() == 0;
    }

    boolean fits(int bytes) {
        return messages.fits(bytes);
    }

    /// @param from the local address to send it from; null: as the system chooses
    void add(ByteBuffer bytes, SocketAddress to, @Nullable SocketAddress from) {
        peers[messages.count()] = to;
        messages.add(bytes, family, to, from);
    }

    /// As [#add], to who has sent a message.
    void addReply(ByteBuffer bytes, SocketAddress to, @Nullable SocketAddress from, ReceivedMessages requests,
            int index) {
        peers[messages.count()] = to;
        messages.addReply(bytes, requests, index, from);
    }

    /// Sends them all, and tells of each.
    void send(CallMemory memory, int descriptor, DatagramPort.Outcome outcome) {
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

    private int send(CallMemory memory, int descriptor, int message, int count) {
        int sent;
        do {
            sent = messages.send(memory, descriptor, message, count);
        } while (sent == -Errno.EINTR);
        return sent;
    }

    /// What could not be sent joined may be longer than the way takes, or no device on it cuts; or there is another reason,
    /// which each datagram then finds for itself.
    private void sendSingly(CallMemory memory, int descriptor, int message, int first, DatagramPort.Outcome outcome) {
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

    private void tell(int datagram, int sent, DatagramPort.Outcome outcome) {
        if (sent > 0) {
            outcome.sent();
        } else if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
            outcome.failed(peer(datagram), DatagramPort.noRoom());
        } else {
            outcome.failed(peer(datagram), new SystemCallException("sendmmsg", sent));
        }
    }

    /// None can be sent any more.
    void fail(IOException why, DatagramPort.Outcome outcome) {
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
