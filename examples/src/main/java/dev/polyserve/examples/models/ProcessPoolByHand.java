package dev.polyserve.examples.models;

import static java.lang.foreign.ValueLayout.*;

import module java.base;

/// The model `process-pool` by hand: two processes share a listener, and each serves its clients on virtual threads.
/// The JDK cannot fork, but a process that it starts inherits descriptor 0, and `System.inheritedChannel()`
/// finds the listener there.
/// The argument is the port; 0 takes a free one. The first line of output is the port.
final class ProcessPoolByHand {
    private static final Map<String, MethodHandle> FUNCTIONS = new HashMap<>();

    static void main(String[] args) throws Throwable {
        if (System.inheritedChannel() instanceof ServerSocketChannel listener) {
            var _ = ProcessHandle.current().parent().orElseThrow().onExit().thenRun(() -> System.exit(0));
            while (true) {
                SocketChannel client = listener.accept(); // the system gives each client to one worker that waits here
                Thread.ofVirtual().start(() -> serve(client));
            }
        } else {
            call("dup2", listen(Integer.parseInt(args[0])), 0); // the workers find it as their standard input
            Thread.ofPlatform().start(ProcessPoolByHand::supervise);
            Thread.ofPlatform().start(ProcessPoolByHand::supervise);
        }
    }

    /// Keeps one worker running.
    private static void supervise() {
        try {
            var sameProgram = new ProcessBuilder(Files.readString(Path.of("/proc/self/cmdline")).split("\0"));
            while (true) {
                Process worker = sameProgram.inheritIO().start();
                System.err.println("worker " + worker.pid() + " ended with status " + worker.waitFor());
                Thread.sleep(1000); // a program that cannot start must not take the machine
            }
        } catch (IOException | InterruptedException e) {
            System.err.println("one worker less: " + e.getMessage());
        }
    }

    private static void serve(SocketChannel client) {
        try (client) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
            while (client.read(buffer.clear()) >= 0) {
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
