package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `process` by hand: the program runs itself again for each client. The JDK cannot fork, but a process that
/// it starts inherits descriptor 0, and `System.inheritedChannel()` finds a socket there, as under inetd.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class ProcessByHand {
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    static void main(String[] args) throws Throwable {
        if (System.inheritedChannel() instanceof SocketChannel client) {
            serve(client);
        } else {
            supervise(listen(Integer.parseInt(args[0])));
        }
    }

    private static void supervise(int listener) throws Throwable {
        var sameProgram = new ProcessBuilder(Files.readString(Path.of("/proc/self/cmdline")).split("\0")).inheritIO();
        int input = call("dup", 0);
        while (true) {
            int client = call("accept", listener, MemorySegment.NULL, MemorySegment.NULL); // waits
            call("dup2", client, 0); // the new process finds it as its standard input
            var _ = sameProgram.start().onExit().thenAccept(process -> System.err
                    .println("process " + process.pid() + " ended with status " + process.exitValue()));
            call("dup2", input, 0);
            call("close", client); // now only the new process has it
        }
    }

    private static void serve(SocketChannel client) {
        try (client) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
            while (client.read(buffer.clear()) >= 0) { // waits
                buffer.flip();
                while (buffer.hasRemaining()) {
                    client.write(buffer);
                }
            }
        } catch (IOException e) {
            System.err.println("lost a client: " + e.getMessage());
        }
    }

    private static int listen(int port) throws Throwable {
        int listener = call("socket", 2, 1, 0); // AF_INET, SOCK_STREAM
        call("setsockopt", listener, 1, 2, Arena.global().allocateFrom(JAVA_INT, 1), 4); // SO_REUSEADDR
        var address = Arena.global().allocateFrom(JAVA_INT, 2 | Integer.reverseBytes(port), 0x0100007f, 0, 0);
        if (call("bind", listener, address, 16) < 0 || call("listen", listener, 128) < 0) {
            throw new IOException("cannot listen on port " + port + " of 127.0.0.1, use another one");
        }
        call("getsockname", listener, address, Arena.global().allocateFrom(JAVA_INT, 16));
        System.out.println(Integer.reverseBytes(address.get(JAVA_INT, 0)) & 0xffff);
        return listener;
    }

    /// Calls a function of the C library, which returns -1 if it fails.
    private static int call(String name, Object... args) throws Throwable {
        return (int) FUNCTIONS.computeIfAbsent(name, _ -> {
            var types = Stream.of(args)
                    .map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS);
            return Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(name),
                    FunctionDescriptor.of(JAVA_INT, types.toArray(MemoryLayout[]::new)));
        }).invokeWithArguments(args);
    }
}
