package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Control messages, one behind another in memory (`cmsg(3)`).
///
/// ```c
/// struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; /* data */ };  // 16 bytes, then the data, up to the next word
/// ```
final class ControlMessages {
    /// There is none of that option.
    static final long NONE = -1;

    private ControlMessages() {}

    /// As much as one with so many bytes of data takes up, with what fills it up to the next word.
    static int space(int dataBytes) {
        return MessageHeaders.CONTROL_HEADER_BYTES + (dataBytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    /// Where the data of the first one of that option is.
    ///
    /// @param at where the messages begin
    /// @param bytes how long all of them are
    /// @param dataBytes as many as it has at least
    static long find(MemorySegment controls, long at, long bytes, SocketOption option, int dataBytes) {
        long end = at + bytes;
        for (long message = at; message + MessageHeaders.CONTROL_HEADER_BYTES + dataBytes <= end;) {
            long length = controls.get(ValueLayout.JAVA_LONG, message + MessageHeaders.CONTROL_HEADER_LENGTH);
            if (controls.get(ValueLayout.JAVA_INT, message + MessageHeaders.CONTROL_HEADER_LEVEL) == option.level
                    && controls.get(ValueLayout.JAVA_INT,
                            message + MessageHeaders.CONTROL_HEADER_TYPE) == option.number) {
                return message + MessageHeaders.CONTROL_HEADER_BYTES;
            }
            message += Math.max(space((int) length - MessageHeaders.CONTROL_HEADER_BYTES),
                    MessageHeaders.CONTROL_HEADER_BYTES);
        }
        return NONE;
    }

    /// Writes the header of one.
    ///
    /// @return where its data goes
    static long begin(MemorySegment into, long at, SocketOption option, int dataBytes) {
        into.set(ValueLayout.JAVA_LONG, at + MessageHeaders.CONTROL_HEADER_LENGTH,
                MessageHeaders.CONTROL_HEADER_BYTES + dataBytes);
        into.set(ValueLayout.JAVA_INT, at + MessageHeaders.CONTROL_HEADER_LEVEL, option.level);
        into.set(ValueLayout.JAVA_INT, at + MessageHeaders.CONTROL_HEADER_TYPE, option.number);
        return at + MessageHeaders.CONTROL_HEADER_BYTES;
    }
}
