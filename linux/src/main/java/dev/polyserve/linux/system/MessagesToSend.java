package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Datagrams that are collected and then sent by one `sendmmsg(2)`; with `UDP_SEGMENT`, neighbours that go to the same peer
/// from the same address and have the same length are one message, which the system cuts again.
///
/// First they are added, then [#join] makes messages of them, and [#send] sends those.
///
/// **Thread**: its owner's.
public final class MessagesToSend {
    /// How many datagrams it has room for.
    public static final int CAPACITY = 64;
    /// The longest datagram.
    public static final int MOST_BYTES = 64 << 10;

    /// What the system takes at most as one message: pieces in Linux before 6.9, and bytes of UDP over IPv4.
    private static final int MOST_PIECES = 64;
    private static final int MOST_JOINED_BYTES = 65_507;
    private static final int ROOM_BYTES = 2 * MOST_BYTES;
    /// The message for [#sendOne].
    private static final int ALONE = CAPACITY;

    /// Of each datagram, the address; of each message, the rest.
    private final MessageHeaders headers = new MessageHeaders(CAPACITY + 1);
    private final MemorySegment payloads = Arena.ofAuto().allocate(ROOM_BYTES, Long.BYTES);
    /// Where each datagram begins, and behind the last the end.
    private final int[] begins = new int[CAPACITY + 1];
    /// Of each datagram, and then of each message: how many bytes of control messages say from where it is sent.
    private final int[] sourceBytes = new int[CAPACITY + 1];
    private final MemorySegment sourceName = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);
    /// What was written there.
    private @Nullable SocketAddress source;
    /// How many datagrams each message has.
    private final int[] joined = new int[CAPACITY];
    private int count;

    /// None so far.
    public MessagesToSend() {}

    /// How many there are.
    public int count() {
        return count;
    }

    /// Whether one more of that length fits.
    public boolean fits(int bytes) {
        return count < CAPACITY && bytes <= ROOM_BYTES - begins[count];
    }

    /// Adds one that [#fits]; the buffer's position stays.
    ///
    /// @param family the socket's
    /// @param from the local address to send it from; null: as the system chooses
    public void add(ByteBuffer bytes, int family, SocketAddress to, @Nullable SocketAddress from) {
        headers.nameBytes(count, SocketAddresses.write(headers.name(count), family, to));
        addPayload(bytes, from);
    }

    /// As [#add], to who has sent a message, with the address as it came.
    public void addReply(ByteBuffer bytes, ReceivedMessages requests, int index, @Nullable SocketAddress from) {
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
        NativeBytes.copyFrom(bytes, payloads, begin, length);
        count++;
        begins[count] = begin + length;
    }

    /// All are gone.
    public void clear() {
        count = 0;
    }

    private int length(int index) {
        return begins[index + 1] - begins[index];
    }

    /// Makes messages of the datagrams.
    ///
    /// @param mostPieceBytes of datagrams up to this length, neighbours are joined; 0: none are
    /// @return how many
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

    /// A message goes where a datagram goes, and from where it does.
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
            headers.lastControl(index, sourceBytes[index], SocketOption.UDP_SEGMENT, length(first));
        } else {
            headers.controls(index, sourceBytes[index]);
        }
    }

    /// How many datagrams a message has.
    public int joined(int message) {
        return joined[message];
    }

    /// The length of a datagram.
    public int bytes(int datagram) {
        return length(datagram);
    }

    /// `sendmmsg(2)` of messages.
    ///
    /// @return how many of them were sent, before the first that could not be; `-errno` when that is the first
    public int send(CallMemory memory, int descriptor, int from, int messages) {
        return (int) call(memory, CallNumber.SENDMMSG, descriptor, headers.address(from), messages,
                SocketCalls.MSG_NOSIGNAL, 0, 0);
    }

    /// Sends one datagram of a message alone.
    ///
    /// @return 1 or `-errno`
    public int sendOne(CallMemory memory, int descriptor, int message, int datagram) {
        copyEnds(ALONE, message);
        message(ALONE, datagram, 1);
        return send(memory, descriptor, ALONE, 1);
    }
}
