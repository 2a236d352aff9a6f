import CKernels

/// The kernels of training for the instruction set that this process uses.
var trainingKernels: mien_train_kernels { mien_train_kernels_for(mien_isa_default()).pointee }
