package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Collects datagrams, to send them by one `sendmmsg(2)`. With `UDP_SEGMENT`, adjacent datagrams with the same peer,
/// source and length form one message, which the system segments again.
///
/// Usage: add the datagrams, form messages with [#join], and send those with [#send].
///
/// **Thread**: its owner's.
public final class SendmmsgBatch {
    /// The number of datagrams that fit.
    public static final int CAPACITY = 64;
    /// The longest datagram.
    public static final int MOST_BYTES = 64 << 10;

    /// The limits of one message: segments in Linux before 6.9, and bytes of UDP over IPv4.
    private static final int MOST_PIECES = 64;
    private static final int MOST_JOINED_BYTES = 65_507;
    private static final int ROOM_BYTES = 2 * MOST_BYTES;
    private static final int ALONE = CAPACITY;

    /// Holds the address of each datagram, and the other fields of each message.
    private final MmsghdrArray headers = new MmsghdrArray(CAPACITY + 1);
    private final MemorySegment payloads = Arena.ofAuto().allocate(ROOM_BYTES, Long.BYTES);
    /// The offset of each datagram; after the last one, the end.
    private final int[] begins = new int[CAPACITY + 1];
    /// The length of the control messages with the source address, first of each datagram, later of each message.
    private final int[] sourceBytes = new int[CAPACITY + 1];
    private final MemorySegment sourceName = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);
    /// The address last written to `sourceName`.
    private @Nullable SocketAddress source;
    /// The number of datagrams in each message.
    private final int[] joined = new int[CAPACITY];
    private int count;

    /// Creates an empty collection.
    public SendmmsgBatch() {}

    /// Returns the number of datagrams.
    public int count() {
        return count;
    }

    /// Returns true when one more datagram of that length fits.
    public boolean fits(int bytes) {
        return count < CAPACITY && bytes <= ROOM_BYTES - begins[count];
    }

    /// Adds a datagram that [#fits]; the buffer's position does not change.
    ///
    /// @param family the address family of the socket
    /// @param from the local address to send it from; null: the system chooses
    public void add(ByteBuffer bytes, int family, SocketAddress to, @Nullable SocketAddress from) {
        headers.nameBytes(count, SocketAddresses.write(headers.name(count), family, to));
        addPayload(bytes, from);
    }

    /// Like [#add], to the sender of a received message, with the address as received.
    public void addReply(ByteBuffer bytes, RecvmmsgBatch requests, int index, @Nullable SocketAddress from) {
        headers.copyName(count, requests.headers(), index);
        addPayload(bytes, from);
    }

    @SuppressWarnings("ReferenceEquality") // another object with the same address is only slower
    private void addPayload(ByteBuffer bytes, @Nullable SocketAddress from) {
        if (from != null && from != source) {
            int length = SocketAddresses.write(sourceName, SocketAddresses.familyOf(from), from);
            assert length > 0;
            source = from;
        }
        sourceBytes[count] = from == null ? 0 : headers.source(count, sourceName);
        int length = bytes.remaining();
        int begin = begins[count];
        NativeMemoryCopy.copyFrom(bytes, payloads, begin, length);
        count++;
        begins[count] = begin + length;
    }

    /// Removes all datagrams.
    public void clear() {
        count = 0;
    }

    private int length(int index) {
        return begins[index + 1] - begins[index];
    }

    /// Forms messages from the datagrams.
    ///
    /// @param mostPieceBytes joins adjacent datagrams up to this length; 0: joins none
    /// @return the number of messages
    public int join(int mostPieceBytes) {
        int messages = 0;
        for (int first = 0; first < count; messages++) {
            int pieces = pieces(first, mostPieceBytes);
            if (messages != first) {
                copyEnds(messages, first);
            }
            message(messages, first, pieces);
            joined[messages] = pieces;
            first += pieces;
        }
        return messages;
    }

    /// Copies the destination and the source of a datagram to a message.
    private void copyEnds(int message, int datagram) {
        headers.copyName(message, headers, datagram);
        headers.copyControls(message, datagram, sourceBytes[datagram]);
        sourceBytes[message] = sourceBytes[datagram];
    }

    private boolean sameEnds(int one, int other) {
        return headers.sameName(one, other) && sourceBytes[one] == sourceBytes[other]
                && headers.sameControls(one, other, sourceBytes[one]);
    }

    private int pieces(int first, int mostPieceBytes) {
        int pieceBytes = length(first);
        if (pieceBytes == 0 || pieceBytes > mostPieceBytes) {
            return 1;
        }
        int end = first + 1;
        while (end < count && end - first < MOST_PIECES && length(end) > 0 && length(end) <= pieceBytes
                && begins[end + 1] - begins[first] <= MOST_JOINED_BYTES && sameEnds(first, end)) {
            end++;
            if (length(end - 1) < pieceBytes) {
                break; // a shorter one is the last
            }
        }
        return end - first;
    }

    private void message(int index, int first, int pieces) {
        headers.payload(index, payloads.address() + begins[first], (long) begins[first + pieces] - begins[first]);
        if (pieces > 1) {
            headers.lastControl(index, sourceBytes[index], IntSocketOption.UDP_SEGMENT, length(first));
        } else {
            headers.controls(index, sourceBytes[index]);
        }
    }

    /// Returns the number of datagrams in a message.
    public int joined(int message) {
        return joined[message];
    }

    /// Returns the length of a datagram.
    public int bytes(int datagram) {
        return length(datagram);
    }

    /// `sendmmsg(2)` of messages.
    ///
    /// @return the number of messages sent before the first failure; `-errno` when the first one fails
    public int send(SystemCallMemory memory, int descriptor, int from, int messages) {
        return (int) call(memory, SystemCallNumber.SENDMMSG, descriptor, headers.address(from), messages,
                SocketCalls.MSG_NOSIGNAL, 0, 0);
    }

    /// Sends one datagram of a message by itself.
    ///
    /// @return 1 or `-errno`
    public int sendOne(SystemCallMemory memory, int descriptor, int message, int datagram) {
        copyEnds(ALONE, message);
        message(ALONE, datagram, 1);
        return send(memory, descriptor, ALONE, 1);
    }
}
