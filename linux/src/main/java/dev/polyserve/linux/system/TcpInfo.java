package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The system's counters of a TCP connection.
///
/// ```c
/// struct tcp_info { u8 tcpi_state; …; u64 tcpi_bytes_received@128; …; u32 tcpi_notsent_bytes@144; …;
///                   u64 tcpi_bytes_sent@200, tcpi_bytes_retrans; … };  // it grows: Linux 4.19 has these
/// ```
///
/// **Thread**: its owner's.
public final class TcpInfo {
    static final int STATE = 0;
    static final int BYTES_RECEIVED = 128;
    static final int NOT_SENT = 144;
    static final int BYTES_SENT = 200;
    static final int BYTES_SENT_AGAIN = 208;
    static final int BYTES = 216;
    /// The states after the peer's end was received: `TCP_TIME_WAIT`, `TCP_CLOSE_WAIT`, `TCP_LAST_ACK`, `TCP_CLOSING`.
    static final int ENDED_BY_PEER = 1 << 6 | 1 << 8 | 1 << 9 | 1 << 11;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, Long.BYTES);
    private int told;

    /// Creates empty counters.
    public TcpInfo() {}

    long address() {
        return memory.address();
    }

    void told(int bytes) {
        told = bytes;
    }

    /// Returns true when the system has filled in all fields read here.
    public boolean isKnown() {
        return told >= BYTES;
    }

    /// Returns the number of bytes received.
    public long received() {
        boolean ended = (1 << memory.get(ValueLayout.JAVA_BYTE, STATE) & ENDED_BY_PEER) != 0;
        // The counter includes the end as one byte.
        return memory.get(ValueLayout.JAVA_LONG, BYTES_RECEIVED) - (ended ? 1 : 0);
    }

    /// Returns the number of bytes passed to the system for sending; retransmitted bytes count once.
    public long sent() {
        return memory.get(ValueLayout.JAVA_LONG, BYTES_SENT) - memory.get(ValueLayout.JAVA_LONG, BYTES_SENT_AGAIN)
                + Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT, NOT_SENT));
    }
}
