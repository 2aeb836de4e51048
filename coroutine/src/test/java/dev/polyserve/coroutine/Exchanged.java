package dev.polyserve.coroutine;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.jspecify.annotations.Nullable;

/// What the coroutines call in a test that goes through the orders of their steps, in place of what Lincheck cannot follow.
///
/// - Its [LockSupport#park] may return at any time, which is allowed, but hides every wake-up that is lost. Here it is a permit in a
///   monitor, which returns when it was given, only.
/// - Virtual threads are platform threads here.
/// - A computation elsewhere has a thread of its own, which does not outlive its test.
///
/// **Thread**: any.
final class Exchanged {
    private static final ClassDesc HERE = Exchanged.class.describeConstable().orElseThrow();
    private static final ClassDesc PARKING = LockSupport.class.describeConstable().orElseThrow();
    private static final ClassDesc OFFLOAD = Offload.class.describeConstable().orElseThrow();
    private static final ClassDesc VIRTUAL = Thread.Builder.OfVirtual.class.describeConstable().orElseThrow();
    private static final ClassDesc PLATFORM = Thread.Builder.OfPlatform.class.describeConstable().orElseThrow();
    private static final Map<Thread, Exchanged> PERMITS = new ConcurrentHashMap<>();

    private boolean permitted;

    private Exchanged() {}

    /// Exchanges the calls in all classes of the coroutines, from now on.
    static void begin() throws Exception {
        Instrumentation instrumentation = ByteBuddyAgent.install();
        instrumentation.addTransformer(new Calls(), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (Calls.isOurs(loaded.getName().replace('.', '/')) && instrumentation.isModifiableClass(loaded)) {
                instrumentation.retransformClasses(loaded);
            }
        }
    }

    /// Forgets the permits of threads that have ended.
    static void forget() {
        PERMITS.clear();
    }

    // --- what is called ---

    static void park(Object blocker) {
        of(Thread.currentThread()).await();
    }

    static void parkNanos(Object blocker, long nanos) {
        if (nanos == CarrierThread.LEAST_NANOS) {
            of(Thread.currentThread()).take();
            return;
        }
        if (nanos != Long.MAX_VALUE) {
            throw new IllegalArgumentException("there is no time in these tests, and this waits for some");
        }
        park(blocker);
    }

    static void unpark(Thread thread) {
        of(thread).permit();
    }

    static <T> FutureTask<T> start(Callable<T> work, Runnable done) {
        var computation = new FutureTask<>(work) {
            @Override
            protected void done() {
                done.run();
            }
        };
        new Thread(computation).start();
        return computation;
    }

    private static Exchanged of(Thread thread) {
        return PERMITS.computeIfAbsent(thread, _ -> new Exchanged());
    }

    private synchronized void await() {
        try {
            while (!permitted) {
                wait();
            }
            permitted = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // as a park that returns by it
        }
    }

    private synchronized void take() {
        permitted = false;
    }

    private synchronized void permit() {
        permitted = true;
        notifyAll();
    }

    /// Exchanges the calls of a class.
    private static final class Calls implements ClassFileTransformer {
        private static final String PACKAGE = "dev/polyserve/coroutine/";

        static boolean isOurs(String name) {
            return name.startsWith(PACKAGE) && !name.startsWith(PACKAGE + "Exchanged");
        }

        @Override
        public byte @Nullable [] transform(@Nullable ClassLoader loader, @Nullable String name,
                @Nullable Class<?> loaded, @Nullable ProtectionDomain domain, byte[] bytes) {
            if (loader == null || name == null || !isOurs(name)) {
                return null;
            }
            var resolver = ClassHierarchyResolver.ofResourceParsing(loader);
            var classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(resolver));
            return classFile.transformClass(classFile.parse(bytes),
                    ClassTransform.transformingMethodBodies(Calls::exchange));
        }

        private static void exchange(CodeBuilder code, CodeElement element) {
            if (!(element instanceof InvokeInstruction call)) {
                code.with(element);
                return;
            }
            ClassDesc owner = call.owner().asSymbol();
            String method = call.name().stringValue();
            MethodTypeDesc type = call.typeSymbol();
            if (call.opcode() == Opcode.INVOKESTATIC && (owner.equals(PARKING) || owner.equals(OFFLOAD))) {
                owner = HERE;
            } else if (owner.equals(VIRTUAL)) {
                owner = PLATFORM;
            }
            if (type.returnType().equals(VIRTUAL)) {
                type = type.changeReturnType(PLATFORM);
                method = method.equals("ofVirtual") ? "ofPlatform" : method;
            }
            code.invoke(call.opcode(), owner, method, type, call.isInterface());
        }
    }
}
