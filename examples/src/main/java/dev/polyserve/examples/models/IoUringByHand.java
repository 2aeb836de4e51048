package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `io_uring` by hand: the loop puts calls into a ring, and the system puts their results into another one.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class IoUringByHand {
    private static final int ENTRIES = 256, BYTES = 64 * ENTRIES, ACCEPT = 13, SEND = 26, RECEIVE = 27; // IORING_OP_…
    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();
    private static MemorySegment rings = MemorySegment.NULL, calls = MemorySegment.NULL;
    private static int[] at = {}; // struct io_uring_params, which says where in the rings a field is

    static void main(String[] args) throws Throwable {
        MemorySegment parameters = Arena.global().allocate(120, 8);
        int ring = (int) call("syscall", 425L, (long) ENTRIES, parameters.address(), 0L, 0L, 0L, 0L); // io_uring_setup
        at = parameters.toArray(JAVA_INT);
        long size = Math.max(at[16] + 4 * ENTRIES, at[25] + 16 * 2 * ENTRIES);
        rings = MemorySegment.ofAddress(call("mmap", 0L, size, 3, 0x8001, ring, 0L)).reinterpret(size);
        calls = MemorySegment.ofAddress(call("mmap", 0L, (long) BYTES, 3, 0x8001, ring, 1L << 28)).reinterpret(BYTES);
        var unsent = new HashMap<Integer, ByteBuffer>(); // what each client has sent and not got back
        prepare(ACCEPT, listen(Integer.parseInt(args[0])), MemorySegment.NULL);
        while (true) { // io_uring_enter starts all that is prepared, and waits for a result
            call("syscall", 426L, (long) ring, (long) ENTRIES, 1L, 1L, 0L, 0L);
            int head = rings.get(JAVA_INT, at[20]), results = (int) INT.getAcquire(rings, (long) at[21]) - head;
            for (int end = head + Math.min(results, ENTRIES / 2); head != end; head++) { // each makes two calls at most
                long result = at[25] + 16L * (head & 2 * ENTRIES - 1), tag = rings.get(JAVA_LONG, result);
                complete((int) tag, (int) (tag >> 32), rings.get(JAVA_INT, result + 8), unsent);
            }
            INT.setRelease(rings, (long) at[20], head);
        }
    }

    private static void complete(int operation, int fd, int result, Map<Integer, ByteBuffer> unsent) throws Throwable {
        var buffer = unsent.computeIfAbsent(operation == ACCEPT ? result : fd, _ -> ByteBuffer.allocateDirect(4096));
        if (operation == ACCEPT) {
            prepare(ACCEPT, fd, MemorySegment.NULL);
            prepare(RECEIVE, result, MemorySegment.ofBuffer(buffer));
        } else if (result <= 0) { // the end, or an error
            unsent.remove(fd);
            call("close", fd);
        } else {
            buffer = operation == RECEIVE ? buffer.limit(result) : buffer.position(buffer.position() + result);
            boolean left = buffer.hasRemaining();
            prepare(left ? SEND : RECEIVE, fd, MemorySegment.ofBuffer(left ? buffer : buffer.clear()));
        }
    }

    private static void prepare(int operation, int fd, MemorySegment data) {
        int tail = rings.get(JAVA_INT, at[11]), slot = tail & ENTRIES - 1, to = 64 * slot;
        long tag = operation | (long) fd << 32; // the first field of struct io_uring_sqe, and the tag of the result
        MemorySegment.copy(new long[]{tag, 0, data.address(), data.byteSize(), tag}, 0, calls, JAVA_LONG, to, 5);
        rings.set(JAVA_INT, at[16] + 4 * slot, slot);
        INT.setRelease(rings, (long) at[11], tail + 1);
    }

    private static int listen(int port) throws Throwable {
        int listener = (int) call("socket", 2, 0x801, 0); // AF_INET, SOCK_STREAM | SOCK_NONBLOCK
        call("setsockopt", listener, 1, 2, Arena.global().allocateFrom(JAVA_INT, 1), 4); // SO_REUSEADDR
        var address = Arena.global().allocateFrom(JAVA_INT, 2 | Integer.reverseBytes(port), 0x0100007f, 0, 0);
        if ((int) call("bind", listener, address, 16) < 0 || (int) call("listen", listener, 128) < 0) {
            throw new IOException("cannot listen on port " + port + " of 127.0.0.1, use another one");
        }
        call("getsockname", listener, address, Arena.global().allocateFrom(JAVA_INT, 16));
        System.out.println(Integer.reverseBytes(address.get(JAVA_INT, 0)) & 0xffff);
        return listener;
    }

    /// Calls a function of the C library, whose result is in the lower half if it is an int.
    private static long call(String name, Object... args) throws Throwable {
        return (long) FUNCTIONS.computeIfAbsent(name, _ -> {
            var types = Stream.of(args)
                    .map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS);
            return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(JAVA_LONG, types.toArray(MemoryLayout[]::new)));
        }).invokeWithArguments(args);
    }
}
