ì
"serve±
?
case0/in0_dataPlaceholder*
dtype0*
shape
:
E
case0/in0_partitionsPlaceholder*
dtype0*
shape
:
o
case0/DynamicPartitionDynamicPartitioncase0/in0_datacase0/in0_partitions*
T0*
num_partitions
Q
case1/in1_dataPlaceholder*
dtype0	*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
J
case1/in1_partitionsPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
o
case1/DynamicPartitionDynamicPartitioncase1/in1_datacase1/in1_partitions*
T0	*
num_partitions
U
case2/in2_dataPlaceholder*
dtype0*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
[
case2/in2_partitionsPlaceholder*
dtype0*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
o
case2/DynamicPartitionDynamicPartitioncase2/in2_datacase2/in2_partitions*
T0*
num_partitions
H
case3/in3_dataPlaceholder*
dtype0	*
shape:ÿÿÿÿÿÿÿÿÿ
A
case3/in3_partitionsPlaceholder*
dtype0*
shape:
o
case3/DynamicPartitionDynamicPartitioncase3/in3_datacase3/in3_partitions*
T0	*
num_partitions"ª*Û
case1Ñ
8
data0
case1/in1_data:0	ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
7

partitions)
case1/in1_partitions:0ÿÿÿÿÿÿÿÿÿ@
out08
case1/DynamicPartition:0	ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ù
case3ï
/
data'
case3/in3_data:0	ÿÿÿÿÿÿÿÿÿ
.

partitions 
case3/in3_partitions:07
out1/
case3/DynamicPartition:1	ÿÿÿÿÿÿÿÿÿ7
out0/
case3/DynamicPartition:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ã
case2Ù
<
data4
case2/in2_data:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
H

partitions:
case2/in2_partitions:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ3
out0+
case2/DynamicPartition:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ì
case0â
&
data
case0/in0_data:0
2

partitions$
case0/in0_partitions:03
out1+
case0/DynamicPartition:1ÿÿÿÿÿÿÿÿÿ3
out0+
case0/DynamicPartition:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict