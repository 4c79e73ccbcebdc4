package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import dev.millrace.transform.process.ProgramException.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs a program again and again, one process after the other, the next one started before it is needed: run times that
 * start slowly are ready when their input comes. For one thread at a time.
 *
 * <p>A program's environment is this and nothing else: {@code MILLRACE_PIPELINE} (db.name), {@code MILLRACE_BATCH} (names
 * this run, never given twice), {@code MILLRACE_PROGRAM} (folder of the program and of what was unpacked with it), {@code
 * PATH} as this process has it, {@code HOME} and {@code TMPDIR} (its working directory), {@code LANG=C.UTF-8}, {@code
 * TZ=UTC}.
 */
public final class ProgramRunner implements AutoCloseable {
    private static final String PATH_DEFAULT = "/usr/local/bin:/usr/bin:/bin";

    /** Limits what a process and all its children get each, then becomes the program. */
    private static final String WITH_LIMITS = "ulimit -c 0; ulimit -d %d 2>/dev/null; exec \"$@\"";

    private final Program program;
    private final ProgramLimits limits;
    private final Path folder;
    private final Optional<Path> setsid = onPath("setsid");
    private final Optional<GroupGuard> guard;
    private Optional<ProgramRun> standby = Optional.empty();
    private long runs;

    /**
     * Starts nothing yet but the guard.
     *
     * @param folder is made here and removed in the end
     */
    public ProgramRunner(Program program, ProgramLimits limits, Path folder) throws IOException {
        this.program = requireNonNull(program, "program");
        this.limits = requireNonNull(limits, "limits");
        this.folder = Files.createDirectories(folder.toAbsolutePath());
        this.guard = setsid.isPresent()
                ? Optional.of(new GroupGuard(setsid.get(), this.folder, Map.of("PATH", path())))
                : Optional.empty();
    }

    /** A process that was given nothing yet. Its user closes it. */
    public ProgramRun next() throws IOException {
        return next(limits);
    }

    /** The same with other limits on its time and its output. */
    public ProgramRun next(ProgramLimits other) throws IOException {
        // One that died while it waited, of whatever, is replaced: a new one will tell.
        if (standby.isPresent() && standby.get().isOver()) {
            standby.get().close();
            standby = Optional.empty();
        }
        ProgramRun run = standby.isPresent() ? standby.get() : start();
        standby = Optional.empty();
        try {
            standby = Optional.of(start());
            return run.within(other);
        } catch (IOException e) {
            run.close();
            throw e;
        }
    }

    private ProgramRun start() throws IOException {
        String batch = program.caller() + "." + ++runs;
        Path home = Files.createDirectory(folder.resolve("run-" + runs));
        ProcessBuilder builder = new ProcessBuilder(command()).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(batch, home));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            Files.delete(home);
            throw new ProgramException(program.name() + " cannot be started: " + e.getMessage(), Cause.OUTSIDE);
        }
        if (guard.isPresent()) {
            guard.get().watch(process.pid());
        }
        return new ProgramRun(program.name(), batch, process, limits, () -> end(process, home));
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        setsid.ifPresent(path -> command.add(path.toString()));
        command.addAll(List.of("sh", "-c", WITH_LIMITS.formatted(limits.memoryBytes() >> 10), program.name()));
        command.add(program.executable().toString());
        command.addAll(program.arguments());
        return command;
    }

    private Map<String, String> environment(String batch, Path home) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("MILLRACE_PIPELINE", program.pipeline());
        environment.put("MILLRACE_BATCH", batch);
        environment.put("MILLRACE_PROGRAM", program.folder().toString());
        environment.put("PATH", path());
        environment.put("HOME", home.toString());
        environment.put("TMPDIR", home.toString());
        environment.put("LANG", "C.UTF-8");
        environment.put("TZ", "UTC");
        return environment;
    }

    /**
     * Kills the process and all that it left behind, as far as they can be found, and removes its folder. By its handle:
     * {@code Process.destroy} would close the pipes and lose the end of the output.
     */
    private void end(Process process, Path home) {
        boolean guarded = guard.isPresent() && guard.get().end(process.pid());
        List<ProcessHandle> children =
                guarded ? List.of() : process.descendants().toList();
        process.toHandle().destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        FolderTree.remove(home);
    }

    private static String path() {
        String path = System.getenv("PATH");
        return path == null || path.isBlank() ? PATH_DEFAULT : path;
    }

    private static Optional<Path> onPath(String tool) {
        return List.of(path().split(":")).stream()
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public void close() {
        standby.ifPresent(ProgramRun::close);
        standby = Optional.empty();
        guard.ifPresent(GroupGuard::close);
        FolderTree.remove(folder);
    }
}
