package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `epoll-et` by hand: epoll reports each change once, so each client is served until a call would wait.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class EpollEtByHand {
    private static final int IN = 1, OUT = 4, LOST = 8 | 16, EDGE = 1 << 31, ADD = 1; // EPOLLIN, …
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64"); // struct epoll_event
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    static void main(String[] args) throws Throwable {
        int listener = listen(Integer.parseInt(args[0]));
        int epoll = call("epoll_create1", 0);
        call("epoll_ctl", epoll, ADD, listener, event(IN, listener));
        MemorySegment events = Arena.global().allocate(64 * 16);
        var unsent = new HashMap<Integer, ByteBuffer>(); // what each client has sent and not got back
        while (true) {
            int ready = call("epoll_wait", epoll, events, 64, -1); // waits; a silent client costs nothing
            for (int i = 0; i < ready; i++) {
                int fd = events.get(JAVA_INT_UNALIGNED, PACKED ? 12 * i + 4 : 16 * i + 8);
                if (fd == listener) {
                    int client = call("accept4", listener, MemorySegment.NULL, MemorySegment.NULL, 0x800);
                    call("epoll_ctl", epoll, ADD, client, event(IN | OUT | EDGE, client));
                } else if ((events.get(JAVA_INT_UNALIGNED, PACKED ? 12 * i : 16 * i) & LOST) != 0
                        || !serve(fd, unsent.computeIfAbsent(fd, _ -> ByteBuffer.allocateDirect(4096).limit(0)))) {
                    unsent.remove(fd);
                    call("close", fd);
                }
            }
        }
    }

    /// Reads and sends until a call would wait: what is left is not reported again. False if the client has left.
    private static boolean serve(int fd, ByteBuffer unsent) throws Throwable {
        int count = 1;
        while (count > 0) {
            if (unsent.hasRemaining()) {
                count = call("write", fd, MemorySegment.ofBuffer(unsent), (long) unsent.remaining());
                unsent.position(unsent.position() + Math.max(count, 0));
            } else {
                count = call("read", fd, MemorySegment.ofBuffer(unsent.clear()), 4096L);
                unsent.limit(Math.max(count, 0));
            }
        }
        return count != 0;
    }

    private static MemorySegment event(int events, int fd) {
        return Arena.ofAuto().allocateFrom(JAVA_INT, events, PACKED ? fd : 0, PACKED ? 0 : fd, 0);
    }

    private static int listen(int port) throws Throwable {
        int listener = call("socket", 2, 0x801, 0); // AF_INET, SOCK_STREAM | SOCK_NONBLOCK
        call("setsockopt", listener, 1, 2, Arena.global().allocateFrom(JAVA_INT, 1), 4); // SO_REUSEADDR
        var address = Arena.global().allocateFrom(JAVA_INT, 2 | Integer.reverseBytes(port), 0x0100007f, 0, 0);
        if (call("bind", listener, address, 16) < 0 || call("listen", listener, 128) < 0) {
            throw new IOException("cannot listen on port " + port + " of 127.0.0.1, use another one");
        }
        call("getsockname", listener, address, Arena.global().allocateFrom(JAVA_INT, 16));
        System.out.println(Integer.reverseBytes(address.get(JAVA_INT, 0)) & 0xffff);
        return listener;
    }

    /// Calls a function of the C library, which returns -1 if it fails or would have to wait.
    private static int call(String name, Object... args) throws Throwable {
        return (int) FUNCTIONS.computeIfAbsent(name, _ -> {
            var types = Stream.of(args)
                    .map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS);
            return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(JAVA_INT, types.toArray(MemoryLayout[]::new)));
        }).invokeWithArguments(args);
    }
}
