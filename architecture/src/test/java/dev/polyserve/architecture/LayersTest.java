package dev.polyserve.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Dependencies between packages point one way.
class LayersTest {
    private static final String API = "dev.polyserve";
    /// The half of the public interface that modules of this project alone may see: one layer with [#API], in two
    /// packages.
    private static final String SPI = "dev.polyserve.spi";
    private static final String COROUTINE = "dev.polyserve.coroutine";
    private static final String COROUTINE_CARRIER = "dev.polyserve.coroutine.carrier";
    private static final String COROUTINE_HUB = "dev.polyserve.coroutine.hub";
    private static final String COROUTINE_QUEUE = "dev.polyserve.coroutine.queue";
    private static final String CONVERSATION = "dev.polyserve.conversation";
    private static final String FILE = "dev.polyserve.file";
    private static final String TEXT = "dev.polyserve.text";
    private static final String TLS = "dev.polyserve.tls";
    private static final String POOL = "dev.polyserve.pool";
    private static final String RELAY = "dev.polyserve.relay";
    private static final String IO = "dev.polyserve.io";
    private static final String PROXY = "dev.polyserve.proxy";
    private static final String LOOP = "dev.polyserve.loop";
    private static final String RUN = "dev.polyserve.run";
    private static final String JFR = "dev.polyserve.jfr";
    private static final String RECORD = "dev.polyserve.record";
    private static final String STATS = "dev.polyserve.stats";
    private static final String LINUX = "dev.polyserve.linux";
    private static final String LINUX_ACTIVATION = "dev.polyserve.linux.activation";
    private static final String LINUX_COMMAND = "dev.polyserve.linux.command";
    private static final String LINUX_CONTROL = "dev.polyserve.linux.control";
    private static final String LINUX_PROCESS = "dev.polyserve.linux.process";
    private static final String LINUX_READINESS = "dev.polyserve.linux.multiplexer";
    private static final String LINUX_RESTART = "dev.polyserve.linux.restart";
    private static final String LINUX_RING = "dev.polyserve.linux.ring";
    private static final String LINUX_SOCKET = "dev.polyserve.linux.socket";
    private static final String LINUX_SUPERVISOR = "dev.polyserve.linux.supervisor";
    private static final String LINUX_SYSTEM = "dev.polyserve.linux.system";
    private static final String LINUX_WORKER = "dev.polyserve.linux.worker";
    private static final String CONFORMANCE = "dev.polyserve.conformance";
    private static final String EXAMPLES = "dev.polyserve.examples";
    private static final String BENCH = "dev.polyserve.bench";
    private static final String BENCH_CONTENDER = "dev.polyserve.bench.contender";
    private static final String BENCH_LOAD = "dev.polyserve.bench.load";
    private static final String BENCH_PROCESS = "dev.polyserve.bench.process";
    private static final String BENCH_REPORT = "dev.polyserve.bench.report";
    private static final String BENCH_RESULT = "dev.polyserve.bench.result";
    private static final String BENCH_SERVICE = "dev.polyserve.bench.service";
    private static final String METRICS = "dev.polyserve.metrics";
    private static final String ADMIN = "dev.polyserve.admin";
    private static final String ADMIN_HTTP = "dev.polyserve.admin.http";
    private static final String ADMIN_STATUS = "dev.polyserve.admin.status";
    private static final String LAB = "dev.polyserve.lab";
    private static final String LAB_CLIENT = "dev.polyserve.lab.client";
    private static final String LAB_PAGE = "dev.polyserve.lab.page";
    private static final String LAB_RECORDING = "dev.polyserve.lab.recording";
    private static final String LAB_SERVER = "dev.polyserve.lab.server";
    private static final String LAB_WORK = "dev.polyserve.lab.work";
    private static final String CLI = "dev.polyserve.cli";

    /// Package → the packages of this project that it may use. Every package is listed here or is below a listed
    /// package (such as `dev.polyserve.cli.serve`) and counts as part of it, except below the API.
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry(COROUTINE_CARRIER, Set.of()),
            Map.entry(COROUTINE_QUEUE, Set.of()),
            Map.entry(COROUTINE_HUB, Set.of(COROUTINE_CARRIER, COROUTINE_QUEUE)),
            Map.entry(COROUTINE, Set.of(COROUTINE_CARRIER)),
            Map.entry(FILE, Set.of()),
            Map.entry(API, Set.of(SPI, COROUTINE_HUB, FILE)),
            Map.entry(SPI, Set.of(API)),
            Map.entry(TEXT, Set.of(API)),
            Map.entry(POOL, Set.of(API, SPI, COROUTINE_CARRIER)),
            Map.entry(RELAY, Set.of(API, SPI)),
            Map.entry(JFR, Set.of(API, TEXT)),
            Map.entry(STATS, Set.of(API, COROUTINE_CARRIER)),
            Map.entry(PROXY, Set.of(API)),
            Map.entry(RECORD, Set.of(API, COROUTINE_CARRIER)),
            Map.entry(CONVERSATION, Set.of(API, SPI, RECORD, STATS, TEXT, COROUTINE_CARRIER)),
            Map.entry(TLS, Set.of(API, FILE, JFR, STATS, CONVERSATION, IO, COROUTINE_CARRIER)),
            Map.entry(IO, Set.of(API, FILE, CONVERSATION, COROUTINE_CARRIER)),
            Map.entry(LOOP,
                    Set.of(API, JFR, STATS, CONVERSATION, IO, COROUTINE_CARRIER, COROUTINE_HUB, COROUTINE_QUEUE)),
            Map.entry(RUN,
                    Set.of(API, SPI, JFR, RECORD, STATS, TEXT, PROXY, TLS, CONVERSATION, IO, LOOP, COROUTINE_CARRIER,
                            COROUTINE_HUB)),
            Map.entry(LINUX_SYSTEM, Set.of(FILE)),
            Map.entry(LINUX_SOCKET, Set.of(API, CONVERSATION, IO, LINUX_SYSTEM)),
            Map.entry(LINUX_ACTIVATION, Set.of(API, LINUX_PROCESS, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_COMMAND, Set.of(API, SPI, CONVERSATION, IO, LOOP, RUN, LINUX_PROCESS, LINUX_READINESS,
                    LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_PROCESS, Set.of(LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_READINESS, Set.of(IO, LOOP, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_RING, Set.of(API, CONVERSATION, IO, LOOP, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_RESTART, Set.of(API, IO, TLS, LINUX_PROCESS, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_CONTROL,
                    Set.of(API, STATS, PROXY, COROUTINE_CARRIER, COROUTINE_QUEUE, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_SUPERVISOR,
                    Set.of(API, SPI, JFR, STATS, TEXT, COROUTINE_CARRIER, COROUTINE_QUEUE, CONVERSATION, IO, LOOP,
                            PROXY, TLS,
                            RUN, LINUX_CONTROL,
                            LINUX_PROCESS,
                            LINUX_READINESS,
                            LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX_WORKER,
                    Set.of(API, SPI, RECORD, STATS, CONVERSATION, IO, LOOP, PROXY, RUN, TLS, COROUTINE_CARRIER,
                            COROUTINE_HUB,
                            LINUX_CONTROL,
                            LINUX_PROCESS, LINUX_READINESS, LINUX_SOCKET, LINUX_SYSTEM)),
            Map.entry(LINUX,
                    Set.of(API, SPI, FILE, CONVERSATION, IO, LOOP, RUN, LINUX_ACTIVATION, LINUX_READINESS, LINUX_RING,
                            LINUX_SOCKET,
                            LINUX_SYSTEM, LINUX_SUPERVISOR, LINUX_WORKER, LINUX_PROCESS, LINUX_COMMAND)),
            Map.entry(CONFORMANCE, Set.of(API, SPI, POOL, RELAY, CONVERSATION, IO, COROUTINE_CARRIER, COROUTINE_HUB)),
            Map.entry(EXAMPLES, Set.of(API, POOL, RELAY, COROUTINE, COROUTINE_HUB)),
            Map.entry(BENCH_PROCESS, Set.of()),
            Map.entry(BENCH_RESULT, Set.of()),
            Map.entry(BENCH_SERVICE, Set.of(API)),
            Map.entry(BENCH_REPORT, Set.of(FILE, BENCH_RESULT)),
            Map.entry(BENCH_LOAD, Set.of(API, IO, LOOP, BENCH_RESULT, BENCH_SERVICE)),
            Map.entry(BENCH_CONTENDER, Set.of(API, BENCH_PROCESS, BENCH_RESULT, BENCH_SERVICE)),
            Map.entry(BENCH, Set.of(API, SPI, BENCH_CONTENDER, BENCH_LOAD, BENCH_RESULT, BENCH_SERVICE)),
            Map.entry(METRICS, Set.of(API)),
            Map.entry(ADMIN_STATUS, Set.of(API, TEXT)),
            Map.entry(ADMIN_HTTP, Set.of(API)),
            Map.entry(ADMIN, Set.of(API, FILE, IO, TEXT, ADMIN_HTTP, ADMIN_STATUS, METRICS)),
            Map.entry(LAB_WORK, Set.of(API, RECORD, BENCH_SERVICE)),
            Map.entry(LAB_SERVER, Set.of(API, RECORD, LINUX_SYSTEM, LAB_WORK)),
            Map.entry(LAB_RECORDING, Set.of(TEXT)),
            Map.entry(LAB_CLIENT, Set.of(LAB_RECORDING, LAB_WORK)),
            Map.entry(LAB,
                    Set.of(API, TEXT, EXAMPLES, ADMIN_STATUS, BENCH_CONTENDER, BENCH_PROCESS, LINUX_SYSTEM, LAB_CLIENT,
                            LAB_RECORDING, LAB_SERVER)),
            Map.entry(LAB_PAGE, Set.of(API, TEXT, ADMIN_HTTP, LAB)),
            Map.entry(CLI,
                    Set.of(API, SPI, FILE, IO, TEXT, PROXY, RELAY, TLS, LINUX, LINUX_ACTIVATION, LINUX_PROCESS,
                            LINUX_RESTART,
                            LINUX_WORKER,
                            BENCH,
                            BENCH_CONTENDER, BENCH_REPORT, BENCH_RESULT, ADMIN, ADMIN_STATUS, LAB, LAB_PAGE)));

    @Test
    void everyPackageIsListed() {
        var layers = new TreeSet<String>();
        CompiledClasses.ALL.forEach(c -> layers.add(layer(c)));
        assertThat(layers).as("packages of the project, and those that MAY_USE names").isEqualTo(
                new TreeSet<>(MAY_USE.keySet()));
    }

    @Test
    void arrowsPointOneWay() {
        var wrong = new TreeSet<String>();
        for (JavaClass from : CompiledClasses.ALL) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(to) && !layer(to).equals(layer(from)) && !mayUse(from, to)) {
                    wrong.add(layer(from) + " may not use " + layer(to) + ": " + dependency.getDescription());
                }
            }
        }
        assertThat(wrong).as("dependencies that point the wrong way").isEmpty();
    }

    @Test
    void coroutinesNeedOnlyTheJdk() {
        var foreign = new TreeSet<String>();
        for (JavaClass from : CompiledClasses.ALL.that(areCoroutines())) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                boolean annotation = to.equals("org.jspecify.annotations");
                boolean jdk = to.isEmpty() || to.startsWith("java.") || to.startsWith("jdk.");
                if (!jdk && !annotation && !to.startsWith(COROUTINE)) {
                    foreign.add(dependency.getDescription());
                }
            }
        }
        assertThat(foreign).as("dependencies of the coroutines beyond the JDK").isEmpty();
    }

    @Test
    void noPackageIsPartOfACycle() {
        slices().assignedFrom(new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return isOurs(type)
                        ? SliceIdentifier.of(type.getPackageName().equals(SPI) ? API : type.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        }).namingSlices("package $1").should().beFreeOfCycles().check(CompiledClasses.ALL);
    }

    private static DescribedPredicate<JavaClass> areCoroutines() {
        return DescribedPredicate.describe("coroutines", type -> type.getPackageName().startsWith(COROUTINE));
    }

    private static boolean mayUse(JavaClass from, JavaClass to) {
        return MAY_USE.getOrDefault(layer(from), Set.of()).contains(layer(to));
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(API) || type.getPackageName().startsWith(API + ".");
    }

    /// {@return the package of the table that the type's package is, or is below; else its package}
    private static String layer(JavaClass type) {
        String name = type.getPackageName();
        return MAY_USE.keySet().stream().filter(l -> name.equals(l) || (!l.equals(API) && name.startsWith(l + ".")))
                .max(Comparator.comparingInt(String::length)).orElse(name);
    }
}
