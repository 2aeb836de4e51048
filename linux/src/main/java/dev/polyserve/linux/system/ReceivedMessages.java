package dev.polyserve.linux.system;

import static dev.polyserve.linux.system.SystemCalls.call;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// Room for the messages that one `recvmmsg(2)` brings, each as long as a datagram can be: none is cut because of others.
///
/// **Thread**: its owner's.
public final class ReceivedMessages {
    /// The longest that is taken whole; also the most that joined datagrams have.
    public static final int MOST_BYTES = 64 << 10;
    /// Not a power of two, by which the beginnings of all would share a few places of the processor's caches.
    private static final int STRIDE = MOST_BYTES + 3 * 64;

    private final int capacity;
    private final MessageHeaders headers;
    private final MemorySegment payloads;
    private final AddressCache addresses = new AddressCache();
    private final MemorySegment localName = Arena.ofAuto().allocate(SocketAddresses.LONGEST_BYTES, Long.BYTES);
    /// From here on they are as a call wants them.
    private int prepared;

    /// Room for so many: 64 KiB each.
    public ReceivedMessages(int capacity) {
        this.capacity = capacity;
        this.headers = new MessageHeaders(capacity);
        this.payloads = Arena.ofAuto().allocate((long) capacity * STRIDE, Long.BYTES);
        for (int i = 0; i < capacity; i++) {
            headers.payload(i, payloads.address() + (long) i * STRIDE, MOST_BYTES);
        }
        prepared = capacity;
    }

    /// How many it has room for.
    public int capacity() {
        return capacity;
    }

    /// `recvmmsg(2)`: what was there before is gone.
    ///
    /// @return how many came: fewer than there is room for when no more waits; or `-errno`
    public int receive(CallMemory memory, int descriptor) {
        for (int i = 0; i < prepared; i++) {
            headers.nameBytes(i, SocketAddresses.LONGEST_BYTES);
            headers.roomForControls(i);
        }
        int came = (int) call(memory, CallNumber.RECVMMSG, descriptor, headers.address(0), capacity, 0, 0, 0);
        // The system writes the headers of those that came, and perhaps that of the one that did not.
        prepared = Math.min(capacity, Math.max(0, came) + 1);
        return came;
    }

    /// The length of one.
    public int bytes(int index) {
        return headers.transferred(index);
    }

    /// When one is several datagrams that came joined, the length of each but the last, which may be shorter.
    ///
    /// @return 0 when it is one datagram
    public int segmentBytes(int index) {
        return headers.controlValue(index, SocketOption.UDP_GRO);
    }

    /// Who sent it.
    public SocketAddress sender(int index) {
        return addresses.read(headers.name(index), headers.nameBytes(index));
    }

    /// The address that one was sent to, of a socket that is told ([SocketOption#IP_PKTINFO]).
    ///
    /// @param bound what that socket is bound to, if it is an Internet address: its port, and what is told where none came
    public SocketAddress local(int index, SocketAddress bound) {
        if (!(bound instanceof InetSocketAddress inet)) {
            return bound;
        }
        int bytes = headers.localName(index, inet.getPort(), localName);
        return bytes == 0 ? bound : addresses.read(localName, bytes);
    }

    /// Copies a part of one, and moves the buffer's position.
    public void copyTo(ByteBuffer into, int index, int from, int count) {
        NativeBytes.copyTo(into, payloads, (long) index * STRIDE + from, count);
    }

    MessageHeaders headers() {
        return headers;
    }
}
