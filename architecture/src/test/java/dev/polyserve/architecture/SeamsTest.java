package dev.polyserve.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Seams are small: an interface that classes of several packages implement has few methods, so that each of them can be
/// read, and tested, as a whole.
///
/// The public interface is not counted: what its users implement is small by [PublicApiTest], what they call may be rich.
class SeamsTest {
    private static final int MOST_METHODS = 7;

    /// The seams, with their numbers of methods. An interface becomes one when a second package implements it.
    private static final Map<String, Integer> SEAMS = Map.ofEntries(
            Map.entry("BlockingSocket", 3),
            Map.entry("BufferPool", 3),
            Map.entry("ConnectableSocket", 3),
            Map.entry("ConnectingWire", 1),
            Map.entry("ConnectionOwner", 4),
            Map.entry("ConversationDriver", 7),
            Map.entry("WorkerCertificateExchange", 2),
            Map.entry("DatagramPort", 7),
            Map.entry("DatagramSender", 3),
            Map.entry("DeadlineMonitor", 2),
            Map.entry("ExternallyServedConversation.RemoteControl", 4),
            Map.entry("AddressPair", 5),
            Map.entry("ServerSentEventSource", 1),
            Map.entry("HandlerBorder", 5),
            Map.entry("HubScheduler", 7),
            Map.entry("LingeringClose.Peer", 2),
            Map.entry("ListenQueueOverflows", 1),
            Map.entry("Listener", 7),
            Map.entry("LoopBufferProvider", 1),
            Map.entry("ModelProvider", 6),
            Map.entry("Multiplexer", 7),
            Map.entry("Multiplexer.Ready", 1),
            Map.entry("Multiplexer.Watch", 2),
            Map.entry("Runner", 7),
            Map.entry("Runner.Prepared", 3),
            Map.entry("KernelSendQueue", 1),
            Map.entry("SocketControl", 7),
            Map.entry("StreamSocket", 7),
            Map.entry("PollableStream", 2),
            Map.entry("ReusableWire", 3),
            Map.entry("SocketProvider", 5),
            Map.entry("StartTlsWire", 2),
            Map.entry("Connector", 2),
            Map.entry("NonBlockingWire", 7),
            Map.entry("Wire", 7),
            Map.entry("WorkerControl", 7));

    /// The methods of seams with a parameter of an enum, and what it is. It must not say which operation to perform:
    /// that would hide several methods in one.
    private static final Map<String, String> ENUM_PARAMETERS = Map.of("WorkerControl.accept",
            "a mode that stays in force");

    @Test
    void theSeamsAreKnown() {
        var sizes = new TreeMap<String, Integer>();
        seams().forEach(seam -> sizes.put(name(seam), methods(seam).size()));
        assertThat(sizes).as("interfaces with classes in several packages, and their methods")
                .containsExactlyInAnyOrderEntriesOf(SEAMS);
    }

    /// Two interfaces that the same classes implement are one seam, whatever their number of files.
    @Test
    void seamsAreSmall() {
        Map<Set<String>, List<JavaClass>> together = seams().stream()
                .collect(Collectors.groupingBy(seam -> names(implementers(seam))));
        var large = new TreeMap<String, Integer>();
        together.values().forEach(seam -> {
            int size = seam.stream().flatMap(part -> methods(part).stream()).collect(Collectors.toSet()).size();
            if (size > MOST_METHODS) {
                large.put(String.join(" and ", names(seam)), size);
            }
        });
        assertThat(large).as("seams with more than %d methods", MOST_METHODS).isEmpty();
    }

    @Test
    void noMethodTakesAnOperationToPerform() {
        var found = new TreeSet<String>();
        for (JavaClass seam : seams()) {
            for (JavaMethod method : seam.getMethods()) {
                if (method.getRawParameterTypes().stream().anyMatch(JavaClass::isEnum)) {
                    found.add(name(seam) + "." + method.getName());
                }
            }
        }
        assertThat(found).as("methods of seams with a parameter of an enum")
                .containsExactlyInAnyOrderElementsOf(ENUM_PARAMETERS.keySet());
    }

    private List<JavaClass> seams() {
        var seams = new ArrayList<JavaClass>();
        for (JavaClass type : CompiledClasses.ALL) {
            boolean isPublicInterface = type.getPackageName().equals("dev.polyserve");
            if (type.isInterface() && !isExample(type) && !type.isAnnotation() && !isPublicInterface
                    && !methods(type).isEmpty()
                    && implementers(type).stream().map(JavaClass::getPackageName).distinct().count() > 1) {
                seams.add(type);
            }
        }
        return seams;
    }

    private static boolean isExample(JavaClass type) {
        return type.getPackageName().startsWith("dev.polyserve.examples");
    }

    private static Set<JavaClass> implementers(JavaClass seam) {
        return seam.getAllSubclasses().stream().filter(type -> !type.isInterface() && !isExample(type))
                .collect(Collectors.toSet());
    }

    /// The methods that an implementer has or inherits, by name and parameters.
    private static Set<String> methods(JavaClass seam) {
        return seam.getAllMethods().stream()
                .filter(method -> !method.getModifiers().contains(JavaModifier.STATIC)
                        && !method.getModifiers().contains(JavaModifier.PRIVATE)
                        && !method.getModifiers().contains(JavaModifier.SYNTHETIC)
                        && method.getOwner().isInterface())
                .map(method -> method.getName()
                        + method.getRawParameterTypes().stream().map(JavaClass::getName).toList())
                .collect(Collectors.toSet());
    }

    private static Set<String> names(Collection<JavaClass> types) {
        return types.stream().map(SeamsTest::name).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String name(JavaClass type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }
}
