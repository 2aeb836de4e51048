package dev.polyserve.linux.system;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes and finds control messages, which are stored one after another in ancillary data (`cmsg(3)`).
///
/// ```c
/// struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; /* data */ };  // 16 bytes; the data is padded
/// ```
final class AncillaryData {
    /// The result when no message has that option.
    static final long NONE = -1;

    private AncillaryData() {}

    /// Returns the size of a message with this many bytes of data, including padding to the next word.
    static int space(int dataBytes) {
        return MmsghdrArray.CONTROL_HEADER_BYTES + (dataBytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
    }

    /// Returns the offset of the data of the first message with that option.
    ///
    /// @param at the offset of the messages
    /// @param bytes the length of all messages
    /// @param dataBytes the least length of the data
    static long find(MemorySegment controls, long at, long bytes, IntSocketOption option, int dataBytes) {
        long end = at + bytes;
        for (long message = at; message + MmsghdrArray.CONTROL_HEADER_BYTES + dataBytes <= end;) {
            long length = controls.get(ValueLayout.JAVA_LONG, message + MmsghdrArray.CONTROL_HEADER_LENGTH);
            if (controls.get(ValueLayout.JAVA_INT, message + MmsghdrArray.CONTROL_HEADER_LEVEL) == option.level
                    && controls.get(ValueLayout.JAVA_INT,
                            message + MmsghdrArray.CONTROL_HEADER_TYPE) == option.number) {
                return message + MmsghdrArray.CONTROL_HEADER_BYTES;
            }
            message += Math.max(space((int) length - MmsghdrArray.CONTROL_HEADER_BYTES),
                    MmsghdrArray.CONTROL_HEADER_BYTES);
        }
        return NONE;
    }

    /// Writes the header of a message.
    ///
    /// @return the offset for the data
    static long begin(MemorySegment into, long at, IntSocketOption option, int dataBytes) {
        into.set(ValueLayout.JAVA_LONG, at + MmsghdrArray.CONTROL_HEADER_LENGTH,
                MmsghdrArray.CONTROL_HEADER_BYTES + dataBytes);
        into.set(ValueLayout.JAVA_INT, at + MmsghdrArray.CONTROL_HEADER_LEVEL, option.level);
        into.set(ValueLayout.JAVA_INT, at + MmsghdrArray.CONTROL_HEADER_TYPE, option.number);
        return at + MmsghdrArray.CONTROL_HEADER_BYTES;
    }
}
