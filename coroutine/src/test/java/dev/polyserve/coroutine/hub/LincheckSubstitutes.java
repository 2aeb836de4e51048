package dev.polyserve.coroutine.hub;

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

/// Replaces calls that Lincheck cannot follow, in the classes of this module, while it explores interleavings.
///
/// - Lincheck's own [LockSupport#park] may return at any time. The JDK allows that, but it hides every lost wake-up.
///   The substitute is a permit in a monitor: it returns only when the permit was given.
/// - Virtual threads become platform threads.
/// - An offloaded computation gets a thread of its own, which ends before its test does.
///
/// **Thread**: any.
public final class LincheckSubstitutes {
    private static final ClassDesc HERE = LincheckSubstitutes.class.describeConstable().orElseThrow();
    private static final ClassDesc PARKING = LockSupport.class.describeConstable().orElseThrow();
    private static final ClassDesc OFFLOAD = OffloadPool.class.describeConstable().orElseThrow();
    private static final ClassDesc VIRTUAL = Thread.Builder.OfVirtual.class.describeConstable().orElseThrow();
    private static final ClassDesc PLATFORM = Thread.Builder.OfPlatform.class.describeConstable().orElseThrow();
    /// The time with which `CarrierThread.takePermit` parks.
    private static final long TAKES_PERMIT_NANOS = 1;
    private static final Map<Thread, LincheckSubstitutes> PERMITS = new ConcurrentHashMap<>();

    private boolean permitted;

    private LincheckSubstitutes() {}

    /// Replaces the calls in all classes of this module, from now on.
    static void install() throws Exception {
        Instrumentation instrumentation = ByteBuddyAgent.install();
        instrumentation.addTransformer(new Transformer(), true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (Transformer.isOurs(loaded.getName().replace('.', '/')) && instrumentation.isModifiableClass(loaded)) {
                instrumentation.retransformClasses(loaded);
            }
        }
    }

    /// Forgets the permits of threads that have ended.
    static void forget() {
        PERMITS.clear();
    }

    // --- called by the transformed classes, which are in other packages too ---

    public static void park(Object blocker) {
        of(Thread.currentThread()).await();
    }

    public static void parkNanos(Object blocker, long nanos) {
        if (nanos == TAKES_PERMIT_NANOS) {
            of(Thread.currentThread()).take();
            return;
        }
        if (nanos != Long.MAX_VALUE) {
            throw new IllegalArgumentException("these tests have no clock: a timed park is not supported");
        }
        park(blocker);
    }

    public static void unpark(Thread thread) {
        of(thread).permit();
    }

    public static <T> FutureTask<T> start(Callable<T> work, Runnable done) {
        var computation = new FutureTask<>(work) {
            @Override
            protected void done() {
                done.run();
            }
        };
        new Thread(computation).start();
        return computation;
    }

    private static LincheckSubstitutes of(Thread thread) {
        return PERMITS.computeIfAbsent(thread, _ -> new LincheckSubstitutes());
    }

    private synchronized void await() {
        try {
            while (!permitted) {
                wait();
            }
            permitted = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // as after a park that an interrupt ends
        }
    }

    private synchronized void take() {
        permitted = false;
    }

    private synchronized void permit() {
        permitted = true;
        notifyAll();
    }

    /// Rewrites the calls of one class.
    private static final class Transformer implements ClassFileTransformer {
        private static final String PACKAGE = "dev/polyserve/coroutine/";

        static boolean isOurs(String name) {
            return name.startsWith(PACKAGE) && !name.startsWith(PACKAGE + "hub/LincheckSubstitutes");
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
                    ClassTransform.transformingMethodBodies(Transformer::replace));
        }

        private static void replace(CodeBuilder code, CodeElement element) {
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
