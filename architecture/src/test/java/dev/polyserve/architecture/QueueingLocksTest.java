package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// No event loop can queue for a lock, monitor or queue behind one of its coroutines.
///
/// The lock would be handed to the coroutine, which needs its loop to continue: a deadlock. State that loops and
/// coroutines share is guarded by `dev.polyserve.coroutine.carrier.NonQueueingLock` or needs no lock.
class QueueingLocksTest {
    private static final Set<String> MODULES = Set.of("coroutine", "core", "linux", "cli");

    /// The types of the JDK that queue threads or use monitors.
    private static final Set<String> QUEUEING = Set.of("java/util/concurrent/locks/ReentrantLock",
            "java/util/concurrent/locks/ReentrantReadWriteLock", "java/util/concurrent/locks/StampedLock",
            "java/util/concurrent/locks/Condition", "java/util/concurrent/Semaphore",
            "java/util/concurrent/CountDownLatch", "java/util/concurrent/CyclicBarrier",
            "java/util/concurrent/Phaser", "java/util/concurrent/Exchanger", "java/util/concurrent/BlockingQueue",
            "java/util/concurrent/BlockingDeque", "java/util/concurrent/ArrayBlockingQueue",
            "java/util/concurrent/LinkedBlockingQueue", "java/util/concurrent/LinkedBlockingDeque",
            "java/util/concurrent/PriorityBlockingQueue", "java/util/concurrent/SynchronousQueue",
            "java/util/concurrent/LinkedTransferQueue", "java/util/concurrent/DelayQueue",
            "java/util/concurrent/ThreadPoolExecutor", "java/util/concurrent/Executors",
            "java/util/concurrent/ForkJoinPool", "java/util/concurrent/ConcurrentHashMap",
            "java/util/concurrent/CopyOnWriteArrayList", "java/util/Hashtable", "java/util/Vector", "java/util/Timer");

    /// The classes that may use these types, each with the reason why no loop waits there behind one of its coroutines.
    private static final Map<String, String> ALLOWED = Map.ofEntries(
            Map.entry("dev/polyserve/cli/ServerController",
                    "loops only count down, which waits for nothing; threads of signals take the monitor"),
            Map.entry("dev/polyserve/cli/operation/HotRestart",
                    "the thread that restarts, and the main thread at its end"),
            Map.entry("dev/polyserve/cli/LabCommand", "the main thread waits for a signal"),
            Map.entry("dev/polyserve/cli/connect/StdioDatagramClient", "a client, without event loops"),
            Map.entry("dev/polyserve/cli/connect/TerminalClient", "a client, without event loops"),
            Map.entry("dev/polyserve/cli/services/ChatMember",
                    "only handlers take it: coroutines or threads, never the loop"),
            Map.entry("dev/polyserve/cli/services/ChatRoom", "only handlers change the map"),
            Map.entry("dev/polyserve/io/NameLookup",
                    "handlers wait for a look-up, and its own threads take the queue"),
            Map.entry("dev/polyserve/cli/services/ProcessRelay", "the relay's own threads and the handler's"),
            Map.entry("dev/polyserve/cli/services/OperatorReplyService",
                    "only handlers and the operator's thread change the map"),
            Map.entry("dev/polyserve/conversation/WireCrossThreadSendQueue",
                    "only senders take it: coroutines or threads, never the loop"),
            Map.entry("dev/polyserve/coroutine/carrier/Carrier",
                    "only the thread that tests the JDK's scheduler takes it"),
            Map.entry("dev/polyserve/coroutine/Coroutine", "only a virtual thread that resumes asks those threads"),
            Map.entry("dev/polyserve/coroutine/hub/EmbeddedHub",
                    "threads on the loop's own thread change the map, and none waits in it"),
            Map.entry("dev/polyserve/coroutine/hub/HubLoop", "only after the loop has ended"),
            Map.entry("dev/polyserve/coroutine/hub/OffloadPool", "only tasks ask, never their loop"),
            Map.entry("dev/polyserve/coroutine/hub/PendingThrows",
                    "the hub and one task take it: both on the hub's thread, or the task concurrently"),
            Map.entry("dev/polyserve/run/TlsHandshakeExecutor",
                    "no coroutine takes it: loops put into the queue, and its own threads take from it"),
            Map.entry("dev/polyserve/io/SocketFile", "servers that bind and close change the set"),
            Map.entry("dev/polyserve/linux/activation/SdNotify",
                    "it may wait for the manager, so loops do not call it"),
            Map.entry("dev/polyserve/linux/process/FileCreationAttributes", "only a server that binds takes it"),
            Map.entry("dev/polyserve/linux/process/ControllingTerminal",
                    "the threads of signals, of periodic actions and of the operator"),
            Map.entry("dev/polyserve/linux/process/ChildProcess", "the loops that call it have no coroutines"),
            Map.entry("dev/polyserve/linux/socket/PreopenedSockets", "only a server that binds takes it"),
            Map.entry("dev/polyserve/linux/supervisor/WorkerPool", "the loop only counts down"),
            Map.entry("dev/polyserve/linux/worker/ReceivedConnectionsProvider",
                    "only a server that binds changes the map"),
            Map.entry("dev/polyserve/linux/supervisor/SupervisorLoop", "the supervisor's loop does not take it"),
            Map.entry("dev/polyserve/pool/MultiplexedClient",
                    "only callers that may wait take it: coroutines or threads, never the loop"),
            Map.entry("dev/polyserve/run/SingleRequest", "only threads that ask for one request take it"),
            Map.entry("dev/polyserve/run/PeriodicActionThread", "a server that starts and stops"),
            Map.entry("dev/polyserve/run/ThreadPoolConnectionExecutor", "the accept loop has no coroutines"),
            Map.entry("dev/polyserve/run/ServerShutdown", "its own thread counts down"),
            Map.entry("dev/polyserve/run/ThreadPerConnectionExecutor", "the accept loop has no coroutines"));

    @Test
    void noLoopCanWaitBehindACoroutine() {
        var found = new TreeSet<String>();
        for (String module : new TreeSet<>(MODULES)) {
            for (ClassModel type : classes(Project.classes(module))) {
                String name = outermost(type.thisClass().asInternalName());
                if (!ALLOWED.containsKey(name)) {
                    queueingTypes(type).forEach(queueing -> found.add(name + " uses " + queueing));
                    if (type.methods().stream().anyMatch(QueueingLocksTest::hasMonitor)) {
                        found.add(name + " uses a monitor");
                    }
                }
            }
        }
        assertThat(found).as("use NonQueueingLock or no lock, or state in ALLOWED why no loop waits there")
                .isEmpty();
    }

    @Test
    void everyAllowedClassUsesALock() {
        var unused = new TreeSet<>(ALLOWED.keySet());
        for (String module : MODULES) {
            for (ClassModel type : classes(Project.classes(module))) {
                if (queueingTypes(type).findAny().isPresent()
                        || type.methods().stream().anyMatch(QueueingLocksTest::hasMonitor)) {
                    unused.remove(outermost(type.thisClass().asInternalName()));
                }
            }
        }
        assertThat(unused).as("allowed but no longer needed").isEmpty();
    }

    private static Stream<String> queueingTypes(ClassModel type) {
        return StreamSupport.stream(type.constantPool().spliterator(), false).filter(ClassEntry.class::isInstance)
                .map(entry -> ((ClassEntry) entry).asInternalName()).filter(QUEUEING::contains);
    }

    private static boolean hasMonitor(MethodModel method) {
        return method.flags().has(AccessFlag.SYNCHRONIZED)
                || method.code().stream().flatMap(code -> code.elementStream())
                        .anyMatch(MonitorInstruction.class::isInstance);
    }

    private static String outermost(String name) {
        int inner = name.indexOf('$');
        return inner < 0 ? name : name.substring(0, inner);
    }

    private static List<ClassModel> classes(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".class")).map(QueueingLocksTest::parsed).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClassModel parsed(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
