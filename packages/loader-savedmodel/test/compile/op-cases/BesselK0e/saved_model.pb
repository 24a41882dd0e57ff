×
"serve·
V
case0/in0_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
2
case0/BesselK0e	BesselK0ecase0/in0_x*
T0
[
case1/in1_xPlaceholder*2
shape):'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
2
case1/BesselK0e	BesselK0ecase1/in1_x*
T0
_
case2/in2_xPlaceholder*6
shape-:+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
2
case2/BesselK0e	BesselK0ecase2/in2_x*
T0"ª*¯
case1¥
?
x:
case1/in1_x:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿF
out0>
case1/BesselK0e:0'ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*·
case2­
C
x>
case2/in2_x:0+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿJ
out0B
case2/BesselK0e:0+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¥
case0›
:
x5
case0/in0_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿA
out09
case0/BesselK0e:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict