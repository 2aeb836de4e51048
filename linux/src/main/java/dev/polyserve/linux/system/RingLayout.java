package dev.polyserve.linux.system;

/// The offsets of the fields of the ring's structures, and their constants; the same on x86-64 and aarch64.
///
/// ```c
/// struct io_uring_sqe { u8 opcode, flags; u16 ioprio; s32 fd; u64 off, addr; u32 len, op_flags; u64 user_data;
///                       u16 buf_group, personality; s32 file_index; u64 addr3, pad; };   // a submission, 64 bytes
/// struct io_uring_cqe { u64 user_data; s32 res; u32 flags; };                            // a completion, 16 bytes
/// struct io_uring_buf { u64 addr; u32 len; u16 bid, resv; };     // a provided buffer; the first's resv is the tail
/// ```
public final class RingLayout {
    public static final int SQE_BYTES = 64;
    /// Opcode, flags, priority word and descriptor, as one word.
    public static final int SQE_HEAD = 0;
    /// A second address or an offset.
    public static final int SQE_OFFSET = 8;
    public static final int SQE_ADDRESS = 16;
    /// Length and the operation's own flags, as one word.
    public static final int SQE_LENGTH = 24;
    /// The user data, copied to the completion.
    public static final int SQE_USER_DATA = 32;
    /// The group of provided buffers, in the lowest 16 bits.
    public static final int SQE_BUFFER_GROUP = 40;
    /// The last two words.
    public static final int SQE_REST = 48;

    public static final int CQE_BYTES = 16;
    public static final int CQE_USER_DATA = 0;
    /// A value, or `-errno`.
    public static final int CQE_RESULT = 8;
    /// [#CQE_F_BUFFER], [#CQE_F_MORE].
    public static final int CQE_FLAGS = 12;

    /// The size of a provided buffer's entry.
    public static final int BUFFER_BYTES = 16;
    public static final int BUFFER_ADDRESS = 0;
    public static final int BUFFER_LENGTH = 8;
    public static final int BUFFER_ID = 12;
    /// In the first entry: how many buffers were ever provided.
    public static final int BUFFERS_TAIL = 14;

    public static final int OP_POLL_ADD = 6;
    public static final int OP_RECVMSG = 10;
    public static final int OP_TIMEOUT = 11;
    public static final int OP_ACCEPT = 13;
    public static final int OP_ASYNC_CANCEL = 14;
    public static final int OP_CLOSE = 19;
    public static final int OP_SEND = 26;
    public static final int OP_RECV = 27;

    /// The kernel chooses a provided buffer.
    public static final int SQE_BUFFER_SELECT = 1 << 5;
    /// Suppresses the completion of a success.
    public static final int SQE_CQE_SKIP_SUCCESS = 1 << 6;
    /// Flag of a receive: polls before the first attempt.
    public static final int RECVSEND_POLL_FIRST = 1;
    /// Flag of a receive: multishot.
    public static final int RECV_MULTISHOT = 1 << 1;
    /// Flag of an accept: multishot.
    public static final int ACCEPT_MULTISHOT = 1;
    /// Flag of a poll, in its length field: multishot.
    public static final int POLL_ADD_MULTI = 1;
    /// A buffer was used; its number is in the upper half.
    public static final int CQE_F_BUFFER = 1;
    /// More completions of this operation follow.
    public static final int CQE_F_MORE = 1 << 1;
    /// The shift of the buffer's number in a completion's flags.
    public static final int CQE_BUFFER_SHIFT = 16;
    /// Flag of the submission queue: completions wait for room.
    public static final int SQ_CQ_OVERFLOW = 1 << 1;

    /// The offset for mapping the submission entries.
    public static final long OFF_SQES = 0x10000000;

    private RingLayout() {}
}
