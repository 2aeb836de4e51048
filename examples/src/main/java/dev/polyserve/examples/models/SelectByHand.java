package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `select` by hand: one loop on the call, which takes sets of descriptors below 1,024 and looks at each.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class SelectByHand {
    private static final int LIMIT = 1024; // FD_SETSIZE
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    static void main(String[] args) throws Throwable {
        int listener = listen(Integer.parseInt(args[0]));
        var unsent = new HashMap<Integer, ByteBuffer>(); // what each client has sent and not got back
        while (true) {
            MemorySegment in = Arena.ofAuto().allocate(LIMIT / 8, 8), out = Arena.ofAuto().allocate(LIMIT / 8, 8);
            add(listener, in);
            unsent.forEach((fd, left) -> add(fd, left.hasRemaining() ? out : in)); // the sets, anew for each call
            if (call("select", LIMIT, in, out, MemorySegment.NULL, MemorySegment.NULL) < 0) { // waits
                continue;
            }
            for (var client : List.copyOf(unsent.entrySet())) { // the loop looks at each client, too
                int fd = client.getKey();
                if ((contains(in, fd) || contains(out, fd)) && !serve(fd, client.getValue())) {
                    unsent.remove(fd);
                    call("close", fd);
                }
            }
            if (contains(in, listener)) {
                int client = call("accept4", listener, MemorySegment.NULL, MemorySegment.NULL, 0x800); // SOCK_NONBLOCK
                if (client >= 0 && client < LIMIT) {
                    unsent.put(client, ByteBuffer.allocateDirect(4096).limit(0));
                } else {
                    call("close", client); // the set has no place for it
                }
            }
        }
    }

    private static void add(int fd, MemorySegment set) {
        set.set(JAVA_BYTE, fd / 8, (byte) (set.get(JAVA_BYTE, fd / 8) | 1 << fd % 8));
    }

    private static boolean contains(MemorySegment set, int fd) {
        return (set.get(JAVA_BYTE, fd / 8) & 1 << fd % 8) != 0;
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
