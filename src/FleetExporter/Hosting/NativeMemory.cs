using System.Runtime.InteropServices;

namespace FleetExporter.Hosting;

/// <summary>Memory that is allocated outside of .NET, such as by OpenSSL.</summary>
internal static class NativeMemory
{
    /// <summary>M_ARENA_MAX of malloc.h.</summary>
    private const int ArenaMax = -8;

    /// <summary>
    /// Lets all threads share glibc's heap. By default it makes up to eight per core, and with a thread per SSH connection each of them keeps pages
    /// that nobody uses: 13 MiB with 200 hosts. Nothing on systems without glibc.
    /// </summary>
    public static void ShareHeap()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "mallopt", out var address))
        {
            Marshal.GetDelegateForFunctionPointer<SetOption>(address)(ArenaMax, 1);
        }
    }

    /// <returns>0 if the option is unknown.</returns>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetOption(int option, int value);
}
