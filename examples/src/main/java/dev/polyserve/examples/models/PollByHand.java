package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `poll` by hand: one loop on the call, which takes the list of all descriptors and looks at each.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class PollByHand {
    private static final short IN = 1, OUT = 4; // POLLIN, POLLOUT
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    static void main(String[] args) throws Throwable {
        int listener = listen(Integer.parseInt(args[0]));
        var unsent = new HashMap<Integer, ByteBuffer>(); // what each client has sent and not got back
        while (true) {
            MemorySegment list = Arena.ofAuto().allocate(8L * (1 + unsent.size()), 8);
            add(list, 0, listener, IN);
            long end = 8;
            for (var client : unsent.entrySet()) { // the list, anew for each call
                add(list, end, client.getKey(), client.getValue().hasRemaining() ? OUT : IN);
                end += 8;
            }
            call("poll", list, end / 8, -1); // waits
            for (long at = 8; at < end; at += 8) { // the loop looks at each client, too
                int fd = list.get(JAVA_INT, at);
                if (list.get(JAVA_SHORT, at + 6) != 0 && !serve(fd, Objects.requireNonNull(unsent.get(fd)))) {
                    unsent.remove(fd);
                    call("close", fd);
                }
            }
            if (list.get(JAVA_SHORT, 6) != 0) {
                int client = call("accept4", listener, MemorySegment.NULL, MemorySegment.NULL, 0x800); // SOCK_NONBLOCK
                unsent.put(client, ByteBuffer.allocateDirect(4096).limit(0)); // poll leaves out -1, if it has failed
            }
        }
    }

    /// Writes a `struct pollfd`: the descriptor, what to wait for, and room for what is ready.
    private static void add(MemorySegment list, long at, int fd, short events) {
        list.set(JAVA_INT, at, fd);
        list.set(JAVA_SHORT, at + 4, events);
    }

    /// Sends what is left, else reads and sends what fits. False if the client has left.
    private static boolean serve(int fd, ByteBuffer unsent) throws Throwable {
        boolean reads = !unsent.hasRemaining();
        int received = reads ? call("read", fd, MemorySegment.ofBuffer(unsent.clear()), 4096L) : unsent.limit();
        unsent.limit(Math.max(received, 0));
        int sent = call("write", fd, MemorySegment.ofBuffer(unsent), (long) unsent.remaining());
        unsent.position(unsent.position() + Math.max(sent, 0));
        return received > 0 && (reads || sent > 0); // a call that was ready and fails: the connection is lost
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
