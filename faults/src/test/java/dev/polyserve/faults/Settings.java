package dev.polyserve.faults;

import dev.polyserve.Server;
import dev.polyserve.cli.PackagedProgram;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.linux.LinuxModelProvider;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings of a [ServerProcess].
final class Settings {
    /// The clients of the warm-up, which creates resources that grow only once, before they are compared.
    private static final int WARM_UP_CLIENTS = 8;
    private static final int CACHED_BUFFER_BYTES = 4096;

    private final Mode mode;
    private final Map<String, String> values = new LinkedHashMap<>();
    private int heapMegabytes = 256;
    private int descriptors;

    private Settings(Mode mode) {
        this.mode = mode;
        values.put("model", mode.model());
        values.put("style", mode.style().name());
        // Longer than any test, so that the monitor runs but reports nothing: on a busy machine any turn may stall, and
        // many tests require an empty log.
        values.put("stall", "600000");
    }

    static Settings of(Mode mode) {
        return new Settings(mode);
    }

    Mode mode() {
        return mode;
    }

    Settings service(Services.Kind kind) {
        return with("service", kind.name());
    }

    Settings with(String name, Object value) {
        values.put(name, value.toString());
        return this;
    }

    Settings heapMegabytes(int most) {
        heapMegabytes = most;
        return this;
    }

    /// Limits the descriptors of the process.
    Settings descriptors(int most) {
        descriptors = most;
        return this;
    }

    /// The number of warm-up clients that the server serves at once.
    private int warmUpClients() {
        int most = mode.iterative() ? 1 : WARM_UP_CLIENTS;
        for (String limit : List.of("connections", "per-address", "threads")) {
            most = Math.min(most, Integer.parseInt(values.getOrDefault(limit, "" + most)));
        }
        return most;
    }

    /// Starts and warms up the server, runs the test, and requires the same resources as before the test.
    void test(Test test) throws Exception {
        Requirements.model(mode.model());
        try (ServerProcess server = ServerProcess.start(this)) {
            try {
                server.warmUp(warmUpClients());
                Footprint before = server.footprint();
                test.run(server);
                Eventually.holds(() -> before.requireAgain(server.footprint()));
                server.requireNoDefectLogged();
            } catch (Exception | AssertionError e) {
                e.addSuppressed(new AssertionError("the server logged:\n" + String.join("\n", server.log())));
                throw e;
            }
        }
    }

    /// The body of a test.
    @FunctionalInterface
    interface Test {
        void run(ServerProcess server) throws Exception;
    }

    List<String> command() {
        return command(StartUpCache.ofServers());
    }

    /// The same with these options of the Java machine instead of its cache.
    List<String> command(List<String> options) {
        List<String> java = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea", "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC",
                "-XX:-UseDynamicNumberOfCompilerThreads", "-Xlog:disable", "-XX:NativeMemoryTracking=summary",
                "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n", "-Djdk.trackAllThreads=true"));
        // Else each thread of a pool keeps a native buffer as large as its largest read, which would hide a leak.
        java.add("-Djdk.nio.maxCachedBufferSize=" + CACHED_BUFFER_BYTES);
        java.addAll(PackagedProgram.shortLived());
        java.addAll(ServerProcess.crashOptions());
        java.addAll(options);
        java.addAll(StartUpCache.jar().map(jar -> List.of("-jar", jar)).orElseGet(Settings::mainClass));
        values.forEach((name, value) -> java.add(name + "=" + value));
        if (descriptors == 0) {
            return java;
        }
        List<String> limited = new ArrayList<>(
                List.of("bash", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "limited"));
        limited.addAll(java);
        return limited;
    }

    /// The main class with the grants that the manifest of the jar has.
    private static List<String> mainClass() {
        return List.of("--enable-native-access=ALL-UNNAMED", "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                "--add-opens", "java.base/jdk.internal.vm=ALL-UNNAMED", "--add-opens",
                "jdk.management/com.sun.management.internal=ALL-UNNAMED", "-cp",
                Stream.of(Server.class, Carrier.class, LinuxModelProvider.class, FaultServer.class)
                        .map(Settings::origin)
                        .collect(Collectors.joining(File.pathSeparator)),
                FaultServer.class.getName());
    }

    /// The class path entry of a class.
    static String origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path has an entry that is no file", e);
        }
    }
}
